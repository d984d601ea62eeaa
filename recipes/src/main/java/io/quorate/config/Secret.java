package io.quorate.config;

/**
 * A text that must not reach a log: {@link #toString()} does not show it. As the component of a record it keeps the
 * record's own {@code toString} harmless, and no error about its key repeats its value.
 */
public final class Secret {

    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    /** Wraps a text. */
    public static Secret of(String text) {
        return new Secret(text);
    }

    /** Returns the text itself. */
    public String reveal() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Returns asterisks, always the same number of them. */
    @Override
    public String toString() {
        return "******";
    }
}

package io.quorate.linearizability.testing;

import org.jspecify.annotations.Nullable;

/**
 * The words of one line, read from left to right.
 *
 * <p>Words are separated by single spaces. Text that a caller chose stands in quotes with spaces and control characters
 * escaped as in a Java string literal, so that a word never contains a separator.
 */
final class Tokens {

    private final String[] words;
    private int position;

    Tokens(String line) {
        this.words = line.split(" ", -1);
    }

    static String quote(@Nullable String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> quoted.append(escape((char) c)));
        return quoted.append('"').toString();
    }

    private static String escape(char c) {
        return switch (c) {
            case ' ' -> "\\s";
            case '\\' -> "\\\\";
            case '"' -> "\\\"";
            default -> c < ' ' ? String.format("\\%03o", (int) c) : String.valueOf(c);
        };
    }

    boolean hasNext() {
        return position < words.length;
    }

    String word() {
        if (!hasNext()) {
            throw new IllegalArgumentException("The line ends too early: " + this);
        }
        return words[position++];
    }

    /** The next word, which stays the next. */
    String peek() {
        String word = word();
        position--;
        return word;
    }

    /** These words without the next one. */
    Tokens skip() {
        word();
        return this;
    }

    long number() {
        return Long.parseLong(word());
    }

    int smallNumber() {
        return Integer.parseInt(word());
    }

    /** The next word as text; {@code null} stands for no text. */
    @Nullable
    String textOrNull() {
        String word = word();
        if (word.equals("null")) {
            return null;
        }
        if (word.length() < 2 || !word.startsWith("\"") || !word.endsWith("\"")) {
            throw new IllegalArgumentException("Expected a text in quotes instead of " + word + " in: " + this);
        }
        return word.substring(1, word.length() - 1).translateEscapes();
    }

    String text() {
        String text = textOrNull();
        if (text == null) {
            throw new IllegalArgumentException("Expected a text in quotes instead of null in: " + this);
        }
        return text;
    }

    /** Returns {@code value} if no word is left. */
    <T> T end(T value) {
        if (hasNext()) {
            throw new IllegalArgumentException("Unexpected " + word() + " in: " + this);
        }
        return value;
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }
}

package io.quorate.internal.config;

import io.quorate.config.ConfigCodec;
import io.quorate.config.ConfigEntries;
import io.quorate.config.ConfigValidator;
import io.quorate.config.InvalidConfigException;
import java.util.ArrayList;
import java.util.List;

/** Decides whether entries make a good value. Code of the user's throws what it likes: that is a reason, no failure. */
final class Judge<T> {

    private final ConfigCodec<T> codec;
    private final List<ConfigValidator<? super T>> validators;

    Judge(ConfigCodec<T> codec, List<ConfigValidator<? super T>> validators) {
        this.codec = codec;
        this.validators = validators;
    }

    /** What becomes of entries. */
    sealed interface Verdict<T> {
        /** They decode and every validator accepts them. */
        record Accepted<T>(T value) implements Verdict<T> {}

        /** They do not, and this is why. */
        record Refused<T>(List<String> reasons) implements Verdict<T> {}
    }

    Verdict<T> judge(ConfigEntries entries) {
        T value;
        try {
            value = codec.decode(entries);
        } catch (InvalidConfigException e) {
            return new Verdict.Refused<>(e.problems());
        } catch (RuntimeException | StackOverflowError e) {
            return new Verdict.Refused<>(List.of(described("the codec", e)));
        }
        List<String> problems = new ArrayList<>();
        for (ConfigValidator<? super T> validator : validators) {
            try {
                problems.addAll(validator.problems(value));
            } catch (RuntimeException | StackOverflowError e) {
                problems.add(described("a validator", e));
            }
        }
        return problems.isEmpty() ? new Verdict.Accepted<>(value) : new Verdict.Refused<>(problems);
    }

    private static String described(String who, Throwable thrown) {
        return thrown.getMessage() == null ? who + " threw " + thrown.getClass().getName() : thrown.getMessage();
    }
}

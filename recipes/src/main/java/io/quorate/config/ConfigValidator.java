package io.quorate.config;

import java.util.List;
import java.util.function.Predicate;

/** A rule that a decoded configuration must obey to become current. Called by one thread at a time; must not block. */
@FunctionalInterface
public interface ConfigValidator<T> {

    /**
     * Returns what is wrong with a value, in words for people and without secrets; an empty list accepts it. What it
     * throws counts as a problem.
     */
    List<String> problems(T value);

    /**
     * Returns a rule with one condition.
     *
     * @param otherwise the problem if the condition does not hold
     */
    static <T> ConfigValidator<T> require(Predicate<? super T> condition, String otherwise) {
        return value -> condition.test(value) ? List.of() : List.of(otherwise);
    }
}

package io.quorate.linearizability.testing;

import java.util.Set;

/** A family of counters from zero, each of which hands out every number once and in order. */
public final class SequenceCounter {

    private SequenceCounter() {}

    /** The model: each counter is an object of its own, and the output is its value after the operation. */
    public static Model<?, Input, Long> model() {
        return new CounterModel();
    }

    /** The file form of histories of this model. */
    public static HistoryFormat<Input, Long> format() {
        return new HistoryFormat<>(SequenceCounter::parse, Long::valueOf);
    }

    private static Input parse(String line) {
        Tokens tokens = new Tokens(line);
        String kind = tokens.word();
        return switch (kind) {
            case "next" -> tokens.end(new Next(tokens.text()));
            case "current" -> tokens.end(new Current(tokens.text()));
            default -> throw new IllegalArgumentException("Not an operation on a counter: " + line);
        };
    }

    /** An operation on one counter. */
    public sealed interface Input {
        /** The name of the counter. */
        String counter();
    }

    /** Adds one and answers the sum. */
    public record Next(String counter) implements Input {
        @Override
        public String toString() {
            return "next " + Tokens.quote(counter);
        }
    }

    /** Answers the last number that was handed out, zero if there is none. */
    public record Current(String counter) implements Input {
        @Override
        public String toString() {
            return "current " + Tokens.quote(counter);
        }
    }

    private static final class CounterModel implements Model<Long, Input, Long> {
        @Override
        public Long initial() {
            return 0L;
        }

        @Override
        public Set<Long> step(Long state, Input input, Long output) {
            long expected = input instanceof Next ? state + 1 : state;
            return output == expected ? Set.of(output) : Set.of();
        }

        @Override
        public Set<Long> stepUnknown(Long state, Input input) {
            return input instanceof Next ? Set.of(state + 1) : Set.of();
        }

        @Override
        public boolean isReadOnly(Input input) {
            return input instanceof Current;
        }

        @Override
        public Object partition(Input input) {
            return input.counter();
        }
    }
}

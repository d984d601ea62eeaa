package io.quorate.linearizability.testing;

import java.util.Set;

/**
 * A family of mutexes that one client holds at a time, each acquisition with a fencing token larger than every earlier
 * one of that mutex.
 *
 * <p>A holder is known by its token alone, so it does not matter which client releases. A mutex that its holder may
 * have lost, as when a session expires, is recorded as a {@link Release} of unknown outcome called at the last moment
 * the holder was sure of it.
 */
public final class FencedMutex {

    private FencedMutex() {}

    /** The model: each mutex is an object of its own. */
    public static Model<?, Input, Output> model() {
        return new MutexModel();
    }

    /** The file form of histories of this model. */
    public static HistoryFormat<Input, Output> format() {
        return new HistoryFormat<>(FencedMutex::parseInput, FencedMutex::parseOutput);
    }

    private static Input parseInput(String line) {
        Tokens tokens = new Tokens(line);
        return switch (tokens.word()) {
            case "acquire" -> tokens.end(new Acquire(tokens.text()));
            case "release" -> tokens.end(new Release(tokens.text(), tokens.number()));
            default -> throw new IllegalArgumentException("Not an operation on a mutex: " + line);
        };
    }

    private static Output parseOutput(String line) {
        Tokens tokens = new Tokens(line);
        return switch (tokens.word()) {
            case "acquired" -> tokens.end(new Acquired(tokens.number()));
            case "busy" -> tokens.end(new Busy());
            case "released" -> tokens.end(new Released());
            case "not-held" -> tokens.end(new NotHeld());
            default -> throw new IllegalArgumentException("Not an answer of a mutex: " + line);
        };
    }

    /** An operation on one mutex. */
    public sealed interface Input {
        /** The name of the mutex. */
        String mutex();
    }

    /** Asks for the mutex; answered by {@link Acquired} or {@link Busy}. */
    public record Acquire(String mutex) implements Input {
        @Override
        public String toString() {
            return "acquire " + Tokens.quote(mutex);
        }
    }

    /**
     * Gives the mutex back; answered by {@link Released} or {@link NotHeld}.
     *
     * @param token the token of the acquisition that ends
     */
    public record Release(String mutex, long token) implements Input {
        @Override
        public String toString() {
            return "release " + Tokens.quote(mutex) + " " + token;
        }
    }

    /** What a mutex answers. */
    public sealed interface Output {}

    /**
     * The caller holds the mutex.
     *
     * @param token the fencing token, not negative
     */
    public record Acquired(long token) implements Output {
        @Override
        public String toString() {
            return "acquired " + token;
        }
    }

    /**
     * Somebody else holds the mutex, which is an observation like any other; an attempt that only ran out of time has
     * failed instead.
     */
    public record Busy() implements Output {
        @Override
        public String toString() {
            return "busy";
        }
    }

    /** The mutex was held with the token and is free. */
    public record Released() implements Output {
        @Override
        public String toString() {
            return "released";
        }
    }

    /** The mutex was not held with the token, and nothing changed. */
    public record NotHeld() implements Output {
        @Override
        public String toString() {
            return "not-held";
        }
    }

    /** Whether the mutex is held, and the token of its last acquisition. */
    private record State(boolean held, Revision token) {
        @Override
        public String toString() {
            return (held ? "held with token " : "free, last token ") + token;
        }
    }

    private static final class MutexModel implements Model<State, Input, Output> {
        @Override
        public State initial() {
            return new State(false, Revision.NONE);
        }

        @Override
        public Set<State> step(State state, Input input, Output output) {
            if (input instanceof Release release) {
                return release(state, release.token(), output);
            }
            if (output instanceof Busy) {
                return state.held ? Set.of(state) : Set.of();
            }
            boolean free = output instanceof Acquired acquired && !state.held && acquired.token > state.token.low();
            return free ? Set.of(new State(true, Revision.exactly(((Acquired) output).token))) : Set.of();
        }

        private static Set<State> release(State state, long token, Output output) {
            if (output instanceof Released) {
                boolean holds = state.held && state.token.mayBe(token);
                return holds ? Set.of(new State(false, Revision.exactly(token))) : Set.of();
            }
            boolean holdsSurely = state.held && state.token.mustBe(token);
            return output instanceof NotHeld && !holdsSurely ? Set.of(state) : Set.of();
        }

        @Override
        public Set<State> stepUnknown(State state, Input input) {
            if (input instanceof Release release) {
                return release(state, release.token(), new Released());
            }
            return state.held ? Set.of() : Set.of(new State(true, state.token.unknownSuccessor(1)));
        }

        @Override
        public boolean isReadOnly(Input input) {
            return false;
        }

        @Override
        public Object partition(Input input) {
            return input.mutex();
        }
    }
}

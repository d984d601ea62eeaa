package io.quorate.linearizability.testing;

/**
 * What a client knows about the end of one operation.
 *
 * <p>The three cases differ in what a checker may conclude, and mixing them up is the usual way to obtain a checker
 * that cries wolf or sleeps: a timeout is {@link Unknown}, never {@link Failed}; a refusal that tells something about
 * the object ("the key exists") is an output like any other and thus {@link Returned}.
 *
 * @param <O> the output of an operation
 */
public sealed interface Outcome<O> {

    /**
     * The operation took effect between its call and its return and answered with {@code output}.
     *
     * @param output what the object answered
     */
    record Returned<O>(O output) implements Outcome<O> {
        @Override
        public String toString() {
            return "-> " + output;
        }
    }

    /** Nobody knows: the operation took effect once at some time after its call, takes effect later, or never does. */
    record Unknown<O>() implements Outcome<O> {
        @Override
        public String toString() {
            return "unknown";
        }
    }

    /** The operation certainly had no effect and tells nothing about the object, as a request that was never sent. */
    record Failed<O>() implements Outcome<O> {
        @Override
        public String toString() {
            return "failed";
        }
    }
}

package io.quorate.embedded.fuzz;

/** What the fuzzer calls, by these names: one target for the life of a process. */
public final class Entry {

    private static Target target = Target.FRAMES;

    private Entry() {}

    /** Chooses the target. */
    public static void fuzzerInitialize(String[] arguments) {
        target = Target.valueOf(arguments[0]);
    }

    /** Reads one input. */
    public static void fuzzerTestOneInput(byte[] input) {
        target.read(input);
    }
}

package io.quorate.samples;

/** A placeholder: it proves that the build runs a sample, and takes no lock yet. */
public final class FirstLock {
    private FirstLock() {}

    /**
     * Prints one line.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        System.out.println("FirstLock is a placeholder: the sample that takes a lock is not written yet.");
    }
}

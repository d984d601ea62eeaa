package io.quorate.embedded.testing;

/** What is wrong with the disk of one member. Told by any thread, heeded by the member's. */
final class DiskFaults {

    private volatile boolean failsForce;
    private volatile boolean full;

    void setFailsForce(boolean fails) {
        failsForce = fails;
    }

    boolean failsForce() {
        return failsForce;
    }

    void setFull(boolean isFull) {
        full = isFull;
    }

    boolean isFull() {
        return full;
    }
}

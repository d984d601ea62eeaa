package io.quorate.embedded.transport;

/**
 * What a connection may keep waiting for its writer.
 *
 * @param bytes how much while the receiver takes nothing, before it is taken for lost once that has lasted as long as it may be silent
 * @param slowBytes how much however fast the receiver is: one that is too slow for good must not cost the sender its memory
 * @param messages how many messages
 */
record OutgoingBounds(long bytes, long slowBytes, int messages) {

    /** Those of members. */
    static final OutgoingBounds DEFAULT = new OutgoingBounds(64L << 20, 256L << 20, 1 << 17);
}

package io.quorate.embedded.log;

/**
 * The sizes of the log.
 *
 * @param segmentBytes a segment that has reached this length is followed by a new one
 * @param preallocationBytes by how much a segment grows at a time; written as zeros and fsynced before use
 * @param maxBodyBytes the longest body of a record; a longer one is refused when it is appended and taken for damage when it
 *     is read, so what could be written can always be read
 * @param snapshotsKept how many verified snapshots remain when older ones are deleted
 * @param reserveBytes free space below which the member should stop to accept writes
 */
public record LogLimits(
        int segmentBytes, int preallocationBytes, int maxBodyBytes, int snapshotsKept, long reserveBytes) {
    /** 64 MiB segments that grow by 1 MiB, 4 MiB records, three snapshots, 64 MiB in reserve. */
    public static final LogLimits DEFAULT = new LogLimits(64 << 20, 1 << 20, 4 << 20, 3, 64L << 20);

    private static final int MAX_SEGMENT = 1 << 30;
    private static final int MAX_BODY = 16 << 20;

    /** Refuses what the format cannot hold. */
    public LogLimits {
        check("segmentBytes", segmentBytes, Sectors.SIZE * 2, MAX_SEGMENT);
        check("preallocationBytes", preallocationBytes, Sectors.SIZE, MAX_SEGMENT);
        check("maxBodyBytes", maxBodyBytes, 1, MAX_BODY);
        check("snapshotsKept", snapshotsKept, 1, Integer.MAX_VALUE);
        check("reserveBytes", reserveBytes, 0, Long.MAX_VALUE);
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + "; choose a value from " + min + " to " + max);
        }
    }
}

package io.quorate.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How an ensemble inside one process is set up.
 *
 * @param members the number of members, 1 to 7; an even number tolerates no more failures than one less
 * @param directory where the members keep their data, each in a directory of its own; empty to keep it in memory only
 * @param electionTimeout after how much silence a follower gives its leader up; 50 ms to 30 s. A member whose disk takes longer
 *     than this to make records durable is told of as slow; a leader leaves its seat at three times as much
 * @param connectionTimeout how long opening and closing a session wait for an ensemble that does not serve; 1 ms to 1 day
 * @param startTimeout how long {@link EmbeddedEnsemble#start()} waits for a leader, and stopping a member or the ensemble for
 *     what they hold; 1 ms to 1 day
 * @param snapshotRecords a member takes a snapshot after this many records; positive
 * @param snapshotBytes a member takes a snapshot once the log it keeps in memory has this many bytes; positive
 */
public record EnsembleConfig(
        int members,
        Optional<Path> directory,
        Duration electionTimeout,
        Duration connectionTimeout,
        Duration startTimeout,
        int snapshotRecords,
        long snapshotBytes) {

    private static final int MAX_MEMBERS = 7;

    /**
     * Checks the ranges stated above.
     *
     * @throws IllegalArgumentException naming the value that is out of its range, and the range
     * @throws NullPointerException naming what is missing
     */
    public EnsembleConfig {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(electionTimeout, "electionTimeout");
        Objects.requireNonNull(connectionTimeout, "connectionTimeout");
        Objects.requireNonNull(startTimeout, "startTimeout");
        check(members >= 1 && members <= MAX_MEMBERS, "members must be 1 to " + MAX_MEMBERS + ", not " + members);
        check(
                electionTimeout.compareTo(Duration.ofMillis(50)) >= 0
                        && electionTimeout.compareTo(Duration.ofSeconds(30)) <= 0,
                "electionTimeout must be 50 ms to 30 s, not " + electionTimeout);
        check(isInRange(connectionTimeout), "connectionTimeout must be 1 ms to 1 day, not " + connectionTimeout);
        check(isInRange(startTimeout), "startTimeout must be 1 ms to 1 day, not " + startTimeout);
        check(snapshotRecords > 0, "snapshotRecords must be positive, not " + snapshotRecords);
        check(snapshotBytes > 0, "snapshotBytes must be positive, not " + snapshotBytes);
    }

    private static boolean isInRange(Duration duration) {
        return duration.compareTo(Duration.ofMillis(1)) >= 0 && duration.compareTo(Duration.ofDays(1)) <= 0;
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /**
     * Returns the defaults for members that keep their data in memory: an election time-out of 200 ms, a connection time-out of
     * 5 s, a start time-out of 30 s, and a snapshot after 50,000 records or 32 MiB.
     */
    public static EnsembleConfig inMemory(int members) {
        return new EnsembleConfig(
                members,
                Optional.empty(),
                Duration.ofMillis(200),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                50_000,
                32L << 20);
    }

    /**
     * Returns the defaults for members that keep their data below a directory: as {@linkplain #inMemory in memory}, but for an
     * election time-out of 1 s, since disks are slower now and then.
     */
    public static EnsembleConfig durable(Path directory, int members) {
        EnsembleConfig base = inMemory(members);
        return new EnsembleConfig(
                members,
                Optional.of(Objects.requireNonNull(directory, "directory")),
                Duration.ofSeconds(1),
                base.connectionTimeout(),
                base.startTimeout(),
                base.snapshotRecords(),
                base.snapshotBytes());
    }

    /** Returns this configuration with another election time-out. */
    public EnsembleConfig withElectionTimeout(Duration timeout) {
        return new EnsembleConfig(
                members, directory, timeout, connectionTimeout, startTimeout, snapshotRecords, snapshotBytes);
    }

    /** Returns this configuration with another connection time-out. */
    public EnsembleConfig withConnectionTimeout(Duration timeout) {
        return new EnsembleConfig(
                members, directory, electionTimeout, timeout, startTimeout, snapshotRecords, snapshotBytes);
    }

    /** Returns this configuration with another time limit for starting and stopping. */
    public EnsembleConfig withStartTimeout(Duration timeout) {
        return new EnsembleConfig(
                members, directory, electionTimeout, connectionTimeout, timeout, snapshotRecords, snapshotBytes);
    }

    /** Returns this configuration with snapshots after another number of bytes. */
    public EnsembleConfig withSnapshotBytes(long bytes) {
        return new EnsembleConfig(
                members, directory, electionTimeout, connectionTimeout, startTimeout, snapshotRecords, bytes);
    }

    /** Returns this configuration with snapshots after another number of records. */
    public EnsembleConfig withSnapshotRecords(int records) {
        return new EnsembleConfig(
                members, directory, electionTimeout, connectionTimeout, startTimeout, records, snapshotBytes);
    }
}

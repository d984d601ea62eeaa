package io.quorate.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How an ensemble inside one process is set up.
 *
 * @param members the number of members, 1 to 7; an even number tolerates no more failures than one less
 * @param directory where the members keep their data, each in a directory of its own; empty to keep it in memory only
 * @param electionTimeout after how much silence a follower gives its leader up; 50 ms to 30 s
 * @param connectionTimeout how long opening and closing a session wait for an ensemble that does not serve; positive
 * @param startTimeout how long {@link EmbeddedEnsemble#start()} waits; positive
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

    /** Checks the ranges stated above. */
    public EnsembleConfig {
        check(members >= 1 && members <= MAX_MEMBERS, "members must be 1 to " + MAX_MEMBERS + ", not " + members);
        check(
                electionTimeout.compareTo(Duration.ofMillis(50)) >= 0
                        && electionTimeout.compareTo(Duration.ofSeconds(30)) <= 0,
                "electionTimeout must be 50 ms to 30 s, not " + electionTimeout);
        check(isPositive(connectionTimeout), "connectionTimeout must be positive, not " + connectionTimeout);
        check(isPositive(startTimeout), "startTimeout must be positive, not " + startTimeout);
        check(snapshotRecords > 0, "snapshotRecords must be positive, not " + snapshotRecords);
        check(snapshotBytes > 0, "snapshotBytes must be positive, not " + snapshotBytes);
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Returns the defaults for members that keep their data in memory. */
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

    /** Returns the defaults for members that keep their data below a directory. */
    public static EnsembleConfig durable(Path directory, int members) {
        EnsembleConfig base = inMemory(members);
        return new EnsembleConfig(
                members,
                Optional.of(directory),
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

    /** Returns this configuration with snapshots after another number of records. */
    public EnsembleConfig withSnapshotRecords(int records) {
        return new EnsembleConfig(
                members, directory, electionTimeout, connectionTimeout, startTimeout, records, snapshotBytes);
    }
}

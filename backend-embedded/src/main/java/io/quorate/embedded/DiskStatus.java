package io.quorate.embedded;

import io.quorate.embedded.member.DiskFigures;
import java.time.Duration;

/**
 * How fast a member's disk has made records durable since the member started.
 *
 * <p>What takes longer than the {@linkplain EnsembleConfig#electionTimeout() election time-out} is slow; what takes three times
 * as long costs a leader its seat.
 *
 * @param forces how often records were made durable; one force (fsync) serves all that wait for it
 * @param slowForces how often that was slow
 * @param last how long it took the last time, zero before the first
 * @param longest how long it took at most, zero before the first
 */
public record DiskStatus(long forces, long slowForces, Duration last, Duration longest) {

    static DiskStatus of(DiskFigures figures) {
        return new DiskStatus(
                figures.forces(),
                figures.slowForces(),
                Duration.ofNanos(figures.lastNanos()),
                Duration.ofNanos(figures.longestNanos()));
    }
}

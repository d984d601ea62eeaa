package io.quorate.embedded.log;

import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * What a member tells its storage.
 *
 * @param clusterId the cluster it belongs to
 * @param nodeId its id in it
 * @param singleMember whether it is the only member: then damage is refused, since nobody could send what is lost
 * @param bootstrap whether an empty directory is the expected beginning of a new cluster; otherwise it means that a disk was
 *     lost, and the member starts {@linkplain Standing#AMNESIAC amnesiac}
 * @param newIncarnation gives the number of a new life of the disk, greater than any before (wall-clock milliseconds will do)
 * @param nanoTime the clock that fsyncs are measured with, in nanoseconds
 * @param limits the sizes
 */
public record StorageConfig(
        UUID clusterId,
        long nodeId,
        boolean singleMember,
        boolean bootstrap,
        LongSupplier newIncarnation,
        LongSupplier nanoTime,
        LogLimits limits) {

    /** Whether an empty directory makes a member that may vote. */
    boolean startsAsVoter() {
        return bootstrap || singleMember;
    }
}

package io.quorate.embedded.log;

import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * What a member tells its storage.
 *
 * @param clusterId the cluster it belongs to
 * @param nodeId its id in it
 * @param singleMember whether it is the only member: then damage is refused, since nobody could send what is lost
 * @param bootstrap whether an empty directory is the expected beginning of this member; otherwise it means that a disk was
 *     lost: a member of a cluster starts {@linkplain Standing#AMNESIAC amnesiac} then, and a single one refuses to start
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
        LogLimits limits) {}

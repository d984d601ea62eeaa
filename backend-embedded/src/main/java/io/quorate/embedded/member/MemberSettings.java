package io.quorate.embedded.member;

import io.quorate.embedded.tree.TreeLimits;
import io.quorate.embedded.zab.ZabConfig;
import java.util.function.LongSupplier;

/**
 * What a member is told.
 *
 * @param zab the ensemble and the times of the protocol
 * @param limits what the state may grow to
 * @param snapshotRecords a snapshot is taken after this many records
 * @param snapshotBytes a snapshot is taken once the log in memory holds this many bytes
 * @param tickNanos the pace of {@link Member#tick}
 * @param monotonicNanos the clock that silence is measured with
 * @param wallMillis the clock for creation times
 */
public record MemberSettings(
        ZabConfig zab,
        TreeLimits limits,
        int snapshotRecords,
        long snapshotBytes,
        long tickNanos,
        LongSupplier monotonicNanos,
        LongSupplier wallMillis) {}

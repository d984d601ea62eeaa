package io.quorate.embedded.sim;

import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import java.util.List;

/** What a power cut would leave on the disk of a member. */
interface DurableImage {

    EpochPromise promise();

    /** The number of the disk; another one after each replacement. */
    long disk();

    LogPoint base();

    LogPoint snapshot();

    LogPoint end();

    /** The records after {@link #base}. */
    List<LogRecord> records();

    /** The record at an index that the log holds. */
    LogRecord record(long index);

    /** The chain hash at an index from {@code base} to {@code end}. */
    long hashAt(long index);
}

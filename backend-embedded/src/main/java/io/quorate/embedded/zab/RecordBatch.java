package io.quorate.embedded.zab;

import java.util.Arrays;
import java.util.List;

/**
 * Consecutive records that travel and are written together. Immutable; shared between the log and all receivers.
 */
public final class RecordBatch {

    private final LogRecord[] records;

    private RecordBatch(LogRecord[] records) {
        this.records = records;
    }

    /**
     * A batch of the given records.
     *
     * @throws IllegalArgumentException if there is none, or if their indexes are not consecutive
     */
    public static RecordBatch of(List<LogRecord> records) {
        return owning(records.toArray(new LogRecord[0]), records.size());
    }

    /** A batch of the first {@code size} elements; the array belongs to the batch if it is exactly filled. */
    static RecordBatch owning(LogRecord[] array, int size) {
        if (size == 0) {
            throw new IllegalArgumentException("a batch has at least one record");
        }
        for (int i = 1; i < size; i++) {
            if (array[i].index() != array[i - 1].index() + 1) {
                throw new IllegalArgumentException(array[i] + " does not follow " + array[i - 1]);
            }
        }
        return new RecordBatch(array.length == size ? array : Arrays.copyOf(array, size));
    }

    /** The number of records, at least 1. */
    public int size() {
        return records.length;
    }

    /** The record at an offset in this batch, counted from 0. */
    public LogRecord get(int offset) {
        return records[offset];
    }

    /** The first record. */
    public LogRecord first() {
        return records[0];
    }

    /** The last record. */
    public LogRecord last() {
        return records[records.length - 1];
    }

    @Override
    public String toString() {
        return size() == 1 ? first().toString() : first() + ".." + last();
    }
}

package io.quorate.embedded.zab;

import java.util.Arrays;

/** A queue of consecutive records: filled at its end by proposals, emptied at its start as they become durable. */
final class RecordBuffer {

    private LogRecord[] ring = new LogRecord[64];
    private int start;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(LogRecord record) {
        if (size == ring.length) {
            grow();
        }
        ring[(start + size) & (ring.length - 1)] = record;
        size++;
    }

    void addAll(RecordBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            add(batch.get(i));
        }
    }

    /** Forgets all records up to and with {@code index}. */
    void removeThrough(long index) {
        while (size > 0 && ring[start].index() <= index) {
            removeFirst();
        }
    }

    /** All records as one batch; the buffer keeps them. The buffer must not be empty. */
    RecordBatch toBatch() {
        return RecordBatch.owning(copy(), size);
    }

    /** All records as one batch; the buffer is empty afterwards. It must not be empty before. */
    RecordBatch drain() {
        RecordBatch batch = toBatch();
        while (size > 0) {
            removeFirst();
        }
        return batch;
    }

    @SuppressWarnings("NullAway") // A slot outside the queue holds nothing, so that its record can be collected.
    private void removeFirst() {
        ring[start] = null;
        start = (start + 1) & (ring.length - 1);
        size--;
    }

    private LogRecord[] copy() {
        LogRecord[] copy = Arrays.copyOfRange(ring, start, Math.min(start + size, ring.length));
        int head = copy.length;
        if (head < size) {
            copy = Arrays.copyOf(copy, size);
            System.arraycopy(ring, 0, copy, head, size - head);
        }
        return copy;
    }

    private void grow() {
        LogRecord[] larger = Arrays.copyOf(copy(), ring.length * 2);
        start = 0;
        ring = larger;
    }
}

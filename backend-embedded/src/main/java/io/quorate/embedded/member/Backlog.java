package io.quorate.embedded.member;

import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.StorageCompletion;
import java.util.ArrayDeque;

/**
 * The records that a member's storage was asked to append and that are not durable yet. All of them are in memory, and the others
 * of the ensemble need not wait for this member, so that a disk that is too slow for what they write would let them grow without end.
 * Confined to the member's thread.
 */
final class Backlog {

    /** More than this is too much. */
    static final long MAX_BYTES = 64L << 20;

    /** What a record takes besides its content. */
    private static final long RECORD_BYTES = 64;

    private record Appending(long generation, long lastIndex, long bytes) {}

    private final ArrayDeque<Appending> appending = new ArrayDeque<>();
    private long bytes;

    /** Records are about to be appended. */
    void add(long generation, RecordBatch records) {
        long weight = RECORD_BYTES * records.size();
        for (int i = 0; i < records.size(); i++) {
            weight += records.get(i).payload().length;
        }
        bytes += weight;
        appending.add(new Appending(generation, records.last().index(), weight));
    }

    /** Records are durable; those of an earlier role were appended before. */
    void appended(StorageCompletion.Appended done) {
        while (!appending.isEmpty() && isCovered(appending.element(), done)) {
            bytes -= appending.remove().bytes();
        }
    }

    private static boolean isCovered(Appending waiting, StorageCompletion.Appended done) {
        return waiting.generation() < done.generation()
                || (waiting.generation() == done.generation() && waiting.lastIndex() <= done.lastIndex());
    }

    long bytes() {
        return bytes;
    }

    boolean isFull() {
        return bytes > MAX_BYTES;
    }
}

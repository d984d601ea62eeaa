package io.quorate.embedded.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RecordType;
import io.quorate.embedded.zab.StorageCompletion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much waits for a storage. */
class BacklogTest {

    private final Backlog backlog = new Backlog();

    private void append(long generation, long index, int bytes) {
        backlog.add(generation, RecordBatch.of(List.of(new LogRecord(1, index, 7, RecordType.TXN, new byte[bytes]))));
    }

    private void appended(long generation, long lastIndex) {
        backlog.appended(new StorageCompletion.Appended(generation, lastIndex));
    }

    @Test
    void recordWaitsUntilACompletionCoversIt() {
        append(1, 1, 100);
        append(1, 2, 200);
        append(1, 3, 300);
        long all = backlog.bytes();
        assertThat(all).isBetween(600L, 1_000L);
        appended(1, 2);
        assertThat(backlog.bytes()).isBetween(300L, 400L);
        appended(1, 3);
        assertThat(backlog.bytes()).isZero();
    }

    /** The log was cut in between, so that indexes begin anew. */
    @Test
    void completionOfAnEarlierRoleCoversNothingOfALaterOne() {
        append(1, 10, 1_000);
        append(2, 6, 100);
        appended(1, 10);
        assertThat(backlog.bytes()).isBetween(100L, 200L);
        appended(2, 6);
        assertThat(backlog.bytes()).isZero();
    }

    @Test
    void tooMuchIsMoreThanTheBound() {
        append(1, 1, (int) (Backlog.MAX_BYTES / 2));
        assertThat(backlog.isFull()).isFalse();
        append(1, 2, (int) (Backlog.MAX_BYTES / 2));
        assertThat(backlog.isFull()).isTrue();
        appended(1, 1);
        assertThat(backlog.isFull()).isFalse();
    }
}

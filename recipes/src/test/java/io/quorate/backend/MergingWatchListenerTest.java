package io.quorate.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** A slow listener gets the newest state in one batch, and never two calls at once. */
class MergingWatchListenerTest {

    private static final Key A = Key.of("/a");
    private static final Key B = Key.of("/b");
    private static final QueueEntry FIRST = place(1);
    private static final QueueEntry SECOND = place(2);

    private final Deque<Runnable> executor = new ArrayDeque<>();
    private final List<WatchBatch> received = new ArrayList<>();
    private final List<QuorateException> ends = new ArrayList<>();
    private final WatchListener recorder = new WatchListener() {
        @Override
        public void onBatch(WatchBatch batch) {
            received.add(batch);
        }

        @Override
        public void onEnd(QuorateException cause) {
            ends.add(cause);
        }
    };
    private final WatchListener listener = WatchListener.on(executor::add, recorder);

    private static QueueEntry place(int sequence) {
        TicketName name = new TicketName("w", "0123456789abcdef0123456789abcdef", sequence);
        return new QueueEntry(Key.of("/queue").child(name.toString()), name);
    }

    private static Change put(Key key, long revision) {
        return new Change.Put(new Entry(key, null, 1, revision, null, Instant.EPOCH));
    }

    private static WatchBatch first(long revision, Change... changes) {
        return new WatchBatch(revision, true, false, List.of(changes));
    }

    private static WatchBatch batch(long revision, Change... changes) {
        return new WatchBatch(revision, false, false, List.of(changes));
    }

    private void run() {
        while (!executor.isEmpty()) {
            executor.remove().run();
        }
    }

    @Test
    void batchesPassUnchangedWhileTheListenerKeepsUp() {
        WatchBatch one = first(1, put(A, 1));
        WatchBatch two = batch(2, put(A, 2));
        listener.onBatch(one);
        run();
        listener.onBatch(two);
        run();
        assertThat(received).containsExactly(one, two);
    }

    @Test
    void batchesThatArriveWhileTheListenerIsBusyBecomeOneGapBatch() {
        listener.onBatch(first(1));
        run();
        listener.onBatch(batch(2, put(A, 2), put(B, 2)));
        listener.onBatch(batch(3, put(A, 3)));
        listener.onBatch(batch(4, new Change.Removed(B)));
        assertThat(executor).hasSize(1);
        run();
        assertThat(received).hasSize(2);
        assertThat(received.get(1))
                .isEqualTo(new WatchBatch(4, false, true, List.of(put(A, 3), new Change.Removed(B))));
    }

    @Test
    void batchesBeforeTheFirstDeliveryBecomeOneInitialBatchWithoutRemovals() {
        listener.onBatch(first(1, put(A, 1), put(B, 1)));
        listener.onBatch(batch(2, new Change.Removed(B), put(A, 2)));
        run();
        assertThat(received).containsExactly(new WatchBatch(2, true, true, List.of(put(A, 2))));
    }

    @Test
    void ticketThatCameAndWentInTheMeantimeIsNotTold() {
        listener.onBatch(first(1, new Change.Joined(FIRST)));
        run();
        listener.onBatch(batch(2, new Change.Joined(SECOND)));
        listener.onBatch(batch(3, new Change.Left(SECOND)));
        listener.onBatch(batch(4, new Change.Left(FIRST)));
        run();
        assertThat(received.get(1)).isEqualTo(new WatchBatch(4, false, true, List.of(new Change.Left(FIRST))));
    }

    @Test
    void pendingChangesAreBoundedByTheNumberOfKeys() {
        listener.onBatch(first(0));
        for (int i = 1; i <= 10_000; i++) {
            listener.onBatch(batch(i, put(A, i), put(B, i)));
        }
        assertThat(executor).hasSize(1);
        run();
        assertThat(received)
                .singleElement()
                .satisfies(merged -> assertThat(merged.changes()).containsExactly(put(A, 10_000), put(B, 10_000)));
    }

    @Test
    void batchThatArrivesDuringADeliveryIsDeliveredByTheSameRun() {
        Deque<WatchBatch> during = new ArrayDeque<>(List.of(batch(2, put(A, 2))));
        List<WatchBatch> seen = new ArrayList<>();
        WatchListener[] self = new WatchListener[1];
        self[0] = WatchListener.on(executor::add, arrived -> {
            if (!during.isEmpty()) {
                self[0].onBatch(during.remove());
            }
            seen.add(arrived);
        });
        self[0].onBatch(first(1));
        assertThat(executor).hasSize(1);
        executor.remove().run();
        assertThat(executor).isEmpty();
        assertThat(seen).extracting(WatchBatch::revision).containsExactly(1L, 2L);
    }

    @Test
    void listenerThatThrowsKeepsReceiving() {
        List<WatchBatch> seen = new ArrayList<>();
        WatchListener throwing = WatchListener.on(executor::add, arrived -> {
            seen.add(arrived);
            if (arrived.revision() == 1) {
                throw new IllegalStateException("on purpose");
            }
            throw new AssertionError("on purpose");
        });
        for (int i = 1; i <= 3; i++) {
            throwing.onBatch(i == 1 ? first(i) : batch(i, put(A, i)));
            run();
        }
        assertThat(seen).hasSize(3);
    }

    @Test
    void endComesAfterTheLastBatch() {
        SessionClosedException cause = new SessionClosedException(new SessionId(1));
        listener.onBatch(first(1));
        listener.onEnd(cause);
        assertThat(executor).hasSize(1);
        run();
        assertThat(received).hasSize(1);
        assertThat(ends).containsExactly(cause);
    }

    @Test
    void executorThatRefusesIsAskedAgainWithTheNextBatch() {
        boolean[] open = {false};
        WatchListener refused = WatchListener.on(
                task -> {
                    if (!open[0]) {
                        throw new RejectedExecutionException("full");
                    }
                    executor.add(task);
                },
                recorder);
        assertThatThrownBy(() -> refused.onBatch(first(1, put(A, 1)))).isInstanceOf(RejectedExecutionException.class);
        open[0] = true;
        refused.onBatch(batch(2, put(B, 2)));
        run();
        assertThat(received).containsExactly(new WatchBatch(2, true, true, List.of(put(A, 1), put(B, 2))));
    }
}

package io.quorate.embedded.session;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Change;
import io.quorate.backend.Key;
import io.quorate.backend.WatchBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The batches of all watches of a session on their way from the loop to the listeners. One task of the lane delivers all that wait.
 *
 * <p>They are delivered in the order in which they were made, whichever watches they are for: who watches several keys is not told what happened to one
 * before what happened earlier to another. Whoever waits for a ticket to leave relies on having heard by then if its own has left before.
 *
 * <p>Each link to a member has a task of its own, which is behind the news of that link: a task that waits since the link before must
 * not take along what closes the gap between the two.
 *
 * <p>If the lane does not keep up, what waits for a watch is merged into one batch that is marked as a gap, so that the buffer is
 * bounded by the number of watches and of different keys. Such a batch has the place of the last that it is made of: those that are delivered before it
 * are about no later state.
 */
final class WatchDeliveries {

    static final int MAX_WAITING = 256;

    /** A batch for some watches, and the link that it came over. */
    private record Delivery(WatchBatch batch, List<ClientWatch> to, long link) {}

    private final LaneOutbox outbox;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final ArrayDeque<Delivery> waiting = new ArrayDeque<>();

    /** How many may wait before they are merged: so many more than were left by the last time that merging takes little time on the whole. */
    private int limit = MAX_WAITING;

    private long link = 1;

    /** The newest link for whose batches a task is on the lane, 0 if none is. */
    private long scheduled;

    WatchDeliveries(LaneOutbox outbox) {
        this.outbox = outbox;
    }

    // ---- on the loop

    /** What follows comes over another link. */
    void overNewLink() {
        lock.lock();
        try {
            link++;
        } finally {
            lock.unlock();
        }
    }

    /** Delivers a batch to some watches: their first one, or one behind it. */
    void toAll(WatchBatch batch, List<ClientWatch> to) {
        boolean schedule;
        long over;
        lock.lock();
        try {
            over = link;
            waiting.add(new Delivery(batch, to, over));
            if (waiting.size() > limit) {
                mergeAll();
                limit = Math.max(MAX_WAITING, 2 * waiting.size());
            }
            schedule = scheduled < over;
            scheduled = over;
        } finally {
            lock.unlock();
        }
        if (schedule) {
            outbox.offer(() -> deliverUpTo(over));
        }
    }

    // ---- merging

    /** Leaves one batch for each watch. Watches for which the same batches wait share it. */
    private void mergeAll() {
        List<Delivery> deliveries = List.copyOf(waiting);
        Map<ClientWatch, List<Integer>> positions = new LinkedHashMap<>();
        for (int i = 0; i < deliveries.size(); i++) {
            for (ClientWatch watch : deliveries.get(i).to()) {
                if (!watch.isClosed()) {
                    positions.computeIfAbsent(watch, made -> new ArrayList<>()).add(i);
                }
            }
        }
        Map<List<Integer>, List<ClientWatch>> sharing = new LinkedHashMap<>();
        positions.forEach((watch, all) ->
                sharing.computeIfAbsent(all, made -> new ArrayList<>()).add(watch));
        List<List<Integer>> inOrder = new ArrayList<>(sharing.keySet());
        inOrder.sort(Comparator.comparing(all -> all.get(all.size() - 1)));
        waiting.clear();
        for (List<Integer> all : inOrder) {
            List<WatchBatch> batches = all.stream()
                    .map(position -> deliveries.get(position).batch())
                    .toList();
            List<ClientWatch> to = requireNonNull(sharing.get(all));
            waiting.add(new Delivery(merge(batches), List.copyOf(to), link));
        }
    }

    private static WatchBatch merge(List<WatchBatch> batches) {
        WatchBatch first = batches.get(0);
        if (batches.size() == 1) {
            return first;
        }
        Map<Key, Change> latest = new LinkedHashMap<>();
        for (WatchBatch batch : batches) {
            for (Change change : batch.changes()) {
                Change before = latest.remove(change.key());
                if (!(before instanceof Change.Joined && change instanceof Change.Left)) {
                    latest.put(change.key(), change);
                }
            }
        }
        if (first.initial()) {
            latest.values().removeIf(change -> change instanceof Change.Removed || change instanceof Change.Left);
        }
        long revision = batches.get(batches.size() - 1).revision();
        return new WatchBatch(revision, first.initial(), !first.initial(), new ArrayList<>(latest.values()));
    }

    // ---- on the lane

    private void deliverUpTo(long over) {
        for (Delivery next = take(over); next != null; next = take(over)) {
            for (ClientWatch watch : next.to()) {
                watch.deliver(next.batch());
            }
        }
    }

    /** Returns the next delivery that came over a link up to this one, or {@code null} if there is none. */
    private @Nullable Delivery take(long over) {
        lock.lock();
        try {
            Delivery next = waiting.peek();
            if (next == null || next.link() > over) {
                scheduled = scheduled == over ? 0 : scheduled;
                return null;
            }
            waiting.remove();
            return next;
        } finally {
            lock.unlock();
        }
    }
}

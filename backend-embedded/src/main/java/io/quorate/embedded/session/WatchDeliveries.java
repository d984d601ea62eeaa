package io.quorate.embedded.session;

import io.quorate.backend.Change;
import io.quorate.backend.Key;
import io.quorate.backend.WatchBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one {@link WatchGroup} on their way from the loop to the listeners. One task of the lane delivers all that wait.
 *
 * <p>Each link to a member has a task of its own, which is behind the news of that link: a task that waits since the link before must
 * not take along what closes the gap between the two.
 *
 * <p>If the lane does not keep up, what waits for a watch is merged into one batch that is marked as a gap, so that the buffer is
 * bounded by the number of watches and of different keys.
 */
final class WatchDeliveries {

    static final int MAX_WAITING = 256;

    /** A batch for all that were served when it was made, or for those only that are named, and the link that it came over. */
    private record Delivery(WatchBatch batch, List<ClientWatch> to, boolean toAll, long link) {}

    private final LaneOutbox outbox;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final ArrayDeque<Delivery> waiting = new ArrayDeque<>();
    private int waitingForAll;
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

    /** Delivers a batch to all watches of the group that have got their first one. */
    void toAll(WatchBatch batch, List<ClientWatch> served) {
        add(batch, served, true);
    }

    /** Delivers the first batch of a watch. */
    void toOne(WatchBatch batch, ClientWatch watch) {
        add(batch, List.of(watch), false);
    }

    private void add(WatchBatch batch, List<ClientWatch> to, boolean toAll) {
        boolean schedule;
        long over;
        lock.lock();
        try {
            over = link;
            waiting.add(new Delivery(batch, to, toAll, over));
            waitingForAll += toAll ? 1 : 0;
            if (waitingForAll > MAX_WAITING) {
                mergeAll();
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

    /** Leaves one batch for each watch. Watches for which the same batch is the first to wait lack the same. */
    private void mergeAll() {
        List<Delivery> deliveries = List.copyOf(waiting);
        Map<ClientWatch, Integer> firsts = new LinkedHashMap<>();
        for (int i = 0; i < deliveries.size(); i++) {
            for (ClientWatch watch : deliveries.get(i).to()) {
                if (!watch.isClosed()) {
                    firsts.putIfAbsent(watch, i);
                }
            }
        }
        TreeMap<Integer, List<ClientWatch>> watches = new TreeMap<>();
        firsts.forEach((watch, first) ->
                watches.computeIfAbsent(first, i -> new ArrayList<>()).add(watch));
        waiting.clear();
        waitingForAll = 0;
        watches.forEach((first, to) ->
                waiting.add(new Delivery(merge(batches(deliveries, first)), List.copyOf(to), false, link)));
    }

    /** Returns what is for a watch whose first batch is at a position. */
    private static List<WatchBatch> batches(List<Delivery> deliveries, int first) {
        List<WatchBatch> batches = new ArrayList<>();
        batches.add(deliveries.get(first).batch());
        deliveries.stream()
                .skip(first + 1L)
                .filter(Delivery::toAll)
                .map(Delivery::batch)
                .forEach(batches::add);
        return batches;
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
            waitingForAll -= next.toAll() ? 1 : 0;
            return next;
        } finally {
            lock.unlock();
        }
    }
}

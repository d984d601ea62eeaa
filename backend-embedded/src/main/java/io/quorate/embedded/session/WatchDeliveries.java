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
 * <p>If the lane does not keep up, what waits for a watch is merged into one batch that is marked as a gap, so that the buffer is
 * bounded by the number of watches and of different keys.
 */
final class WatchDeliveries {

    static final int MAX_WAITING = 256;

    /** A batch for all that were served when it was made, or for those only that are named. */
    private record Delivery(WatchBatch batch, List<ClientWatch> to, boolean toAll) {}

    private final LaneOutbox outbox;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final ArrayDeque<Delivery> waiting = new ArrayDeque<>();
    private int waitingForAll;
    private boolean scheduled;

    WatchDeliveries(LaneOutbox outbox) {
        this.outbox = outbox;
    }

    // ---- on the loop

    /** Delivers a batch to all watches of the group that have got their first one. */
    void toAll(WatchBatch batch, List<ClientWatch> served) {
        add(new Delivery(batch, served, true));
    }

    /** Delivers the first batch of a watch. */
    void toOne(WatchBatch batch, ClientWatch watch) {
        add(new Delivery(batch, List.of(watch), false));
    }

    private void add(Delivery delivery) {
        boolean schedule;
        lock.lock();
        try {
            waiting.add(delivery);
            waitingForAll += delivery.toAll() ? 1 : 0;
            if (waitingForAll > MAX_WAITING) {
                mergeAll();
            }
            schedule = !scheduled;
            scheduled = true;
        } finally {
            lock.unlock();
        }
        if (schedule) {
            outbox.offer(this::deliverAll);
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
        watches.forEach(
                (first, to) -> waiting.add(new Delivery(merge(batches(deliveries, first)), List.copyOf(to), false)));
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

    private void deliverAll() {
        for (Delivery next = take(); next != null; next = take()) {
            for (ClientWatch watch : next.to()) {
                watch.deliver(next.batch());
            }
        }
    }

    private @Nullable Delivery take() {
        lock.lock();
        try {
            Delivery next = waiting.poll();
            if (next == null) {
                scheduled = false;
            } else {
                waitingForAll -= next.toAll() ? 1 : 0;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }
}

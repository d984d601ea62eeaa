package io.quorate.internal;

import io.quorate.backend.AccessDeniedException;
import io.quorate.backend.Change;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a session knows of one queue in which it has places: its own tickets, and those it waits for, each by a watch of its own, so that
 * nobody is notified of a departure who does not wait for it.
 *
 * <p><b>What is known of the others</b> may be out of date in one direction only. A ticket comes with the list of all who are ahead of it,
 * nobody can come in there later, and whoever leaves unwatched stays in the list: those who are really ahead are always among those who
 * are {@linkplain #ahead known to be}. When somebody leaves who was waited for, and there are others in the list, it is read anew once, by one
 * request; what is missing then has left.
 *
 * <p>Who has to wait for very many at the same time, or for somebody whose ticket it must not read, watches the queue as a whole instead: one watch for all of them. Confined to the session's
 * lane.
 */
final class QueueSight {

    /** How many tickets of others are watched one by one; for more of them the whole queue is. */
    private static final int MAX_AIMED = 8;

    /** First come first; of different lives of a queue, by name. */
    static final Comparator<QueueEntry> FIFO =
            Comparator.comparing(QueueEntry::name, TicketName.FIFO).thenComparing(QueueEntry::key);

    /** Whoever has places in the queue. Told on the lane. */
    interface Viewer {

        /** A ticket of the session has left the queue. */
        void ownLeft(QueueEntry entry);

        /** A ticket of the session was seen in the queue, over the present connection. */
        void ownSeen(QueueEntry entry);

        /** What is known of the others has changed. */
        void othersChanged();

        /** Nothing will be told any more. */
        void ended(QuorateException cause);
    }

    private final Session session;
    private final Key queue;
    private final Viewer viewer;
    private final NavigableSet<QueueEntry> known = new TreeSet<>(FIFO);
    private final Set<QueueEntry> sharing = new HashSet<>();
    private final Set<QueueEntry> own = new HashSet<>();
    private final Map<QueueEntry, Sighting> sightings = new HashMap<>();
    private boolean outdated;
    private boolean reading;

    /** Whether a ticket of somebody else was found that this session must not read. */
    private boolean unreadable;

    private @Nullable Watch whole;

    QueueSight(Session session, Key queue, Viewer viewer) {
        this.session = session;
        this.queue = queue;
        this.viewer = viewer;
    }

    /** Takes a new ticket of the session in, and those who are ahead of it. */
    void arrived(Ticket ticket) {
        QueueEntry entry = ticket.place();
        known.headSet(entry, false).retainAll(new HashSet<>(ticket.ahead()));
        known.addAll(ticket.ahead());
        known.add(entry);
        own.add(entry);
        sightings.computeIfAbsent(entry, Sighting::new).open();
    }

    /** Takes note of tickets that were seen to share their turn. Those that are not known are of no use and do no harm. */
    void noteSharing(Set<QueueEntry> entries) {
        sharing.addAll(entries);
    }

    /** Forgets a ticket of the session that was given back before anybody had a use for it. */
    void forget(QueueEntry entry) {
        own.remove(entry);
        left(entry);
    }

    /** Returns how many tickets are known. */
    int size() {
        return known.size();
    }

    /** Returns who is ahead of a ticket, and perhaps some who were. */
    NavigableSet<QueueEntry> ahead(QueueEntry entry) {
        return Collections.unmodifiableNavigableSet(known.headSet(entry, false));
    }

    /** Returns those who are known to share their turn though their label says that they do not. */
    Set<QueueEntry> sharing() {
        return Collections.unmodifiableSet(sharing);
    }

    /** Waits for these to leave, and for no others. */
    void aimAt(List<QueueEntry> blockers) {
        boolean many = unreadable || blockers.size() > MAX_AIMED;
        Set<QueueEntry> wanted = new HashSet<>(own);
        if (!many) {
            wanted.addAll(blockers);
            closeWhole();
        }
        for (Sighting sighting : List.copyOf(sightings.values())) {
            if (!wanted.contains(sighting.entry)) {
                sighting.close();
            }
        }
        if (many) {
            watchWhole();
        } else if (outdated && !sightings.keySet().containsAll(wanted)) {
            read();
        } else {
            wanted.forEach(
                    entry -> sightings.computeIfAbsent(entry, Sighting::new).open());
        }
    }

    /** Stops watching and forgets everything. */
    void close() {
        List.copyOf(sightings.values()).forEach(Sighting::close);
        closeWhole();
        own.clear();
        known.clear();
        sharing.clear();
    }

    private void left(QueueEntry entry) {
        known.remove(entry);
        sharing.remove(entry);
        Sighting sighting = sightings.get(entry);
        if (sighting != null) {
            sighting.close();
        }
    }

    /** Takes note that an entry that was watched is gone. */
    private void gone(QueueEntry entry) {
        left(entry);
        if (own.remove(entry)) {
            viewer.ownLeft(entry);
        } else {
            outdated = true;
        }
        viewer.othersChanged();
    }

    /** Reads who is there. Only removals are taken from it: it may be older than what a ticket has brought meanwhile. */
    private void read() {
        if (reading) {
            return;
        }
        reading = true;
        List<QueueEntry> before = new ArrayList<>(known);
        session.list(queue, Content.KEYS, Read.ANY).whenComplete((listing, failure) -> {
            reading = false;
            if (listing == null) {
                // The session has ended, which is told by other means.
                return;
            }
            outdated = false;
            Set<Key> present = new HashSet<>(listing.keys());
            for (QueueEntry entry : before) {
                if (!present.contains(entry.key()) && !own.contains(entry)) {
                    left(entry);
                }
            }
            viewer.othersChanged();
        });
    }

    private void watchWhole() {
        if (whole == null) {
            whole = session.watch(queue, Scope.QUEUE, new WholeQueue());
        }
    }

    private void closeWhole() {
        Watch current = whole;
        whole = null;
        if (current != null) {
            current.close();
        }
    }

    /** One ticket, watched until it leaves. */
    private final class Sighting implements WatchListener {

        private final QueueEntry entry;
        private @Nullable Watch watch;

        Sighting(QueueEntry entry) {
            this.entry = entry;
        }

        void open() {
            if (watch == null) {
                watch = session.watch(entry.key(), Scope.ENTRY, this);
            }
        }

        void close() {
            sightings.remove(entry);
            Watch current = watch;
            if (current != null) {
                current.close();
            }
        }

        @Override
        public void onBatch(WatchBatch batch) {
            boolean isThere = !batch.initial();
            for (Change change : batch.changes()) {
                isThere = change instanceof Change.Put;
                if (change instanceof Change.Put put) {
                    seen(put.entry());
                }
            }
            if (!isThere) {
                gone(entry);
            } else if (own.contains(entry) && (batch.initial() || batch.gap())) {
                viewer.ownSeen(entry);
            }
        }

        private void seen(Entry found) {
            if (TicketNote.of(found.value()).sharing() && sharing.add(entry)) {
                viewer.othersChanged();
            }
        }

        @Override
        public void onEnd(QuorateException cause) {
            sightings.remove(entry);
            if (cause instanceof AccessDeniedException && !own.contains(entry)) {
                // The names are enough to wait by, and who may take a place may read them.
                unreadable = true;
                viewer.othersChanged();
            } else {
                viewer.ended(cause);
            }
        }
    }

    /** All tickets, for as long as very many of them are waited for. */
    private final class WholeQueue implements WatchListener {

        @Override
        public void onBatch(WatchBatch batch) {
            Set<QueueEntry> there = new HashSet<>();
            for (Change change : batch.changes()) {
                if (change instanceof Change.Left left && !own.contains(left.place())) {
                    left(left.place());
                } else if (change instanceof Change.Joined joined) {
                    there.add(joined.place());
                    known.add(joined.place());
                }
            }
            if (batch.initial()) {
                List<QueueEntry> absent = known.stream()
                        .filter(entry -> !there.contains(entry) && !own.contains(entry))
                        .toList();
                absent.forEach(QueueSight.this::left);
            }
            viewer.othersChanged();
        }

        @Override
        public void onEnd(QuorateException cause) {
            viewer.ended(cause);
        }
    }
}

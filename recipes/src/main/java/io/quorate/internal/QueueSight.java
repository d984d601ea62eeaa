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
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticket;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a session knows of one queue in which it has places: its own tickets, and those it waits for, each by a watch of its own, so that
 * nobody is notified of a departure who does not wait for it.
 *
 * <p><b>Safety.</b> For each of the session's tickets that exist, those who really are ahead of it are always among those who are
 * {@linkplain #ahead known to be}. What is known of the others may be out of date in that one direction only:
 *
 * <ol>
 *   <li>A ticket comes with the list of all who are ahead of it, in their order, as of a state in which it exists. Nobody can come in there
 *       later, so that the list only shrinks.
 *   <li>The line is the list of the newest ticket, with that ticket at its end. Tickets are older and newer by their {@linkplain Ticket#revision()
 *       revisions}, which rise for ever. An older one that still exists is in the list of a newer one, behind exactly those who are still
 *       ahead of it; one that is not in it, with all who were ahead of it only, has left. This does not depend on the order in which tickets arrive:
 *       the list of an older ticket is not looked at.
 *   <li>Nothing is ever put in order here, and names are never compared but for being the same. A queue that was deleted and created anew numbers its tickets from the
 *       start, so that the numbers of its different lives say nothing about each other; a line is of one life, because a list is.
 *   <li>Nobody but a newer list takes a ticket out of the line unless it was found absent in a state that is not older than one in which the session
 *       knew it to exist. A session does not see the past of what it has seen: a watch that is opened and a listing that is asked for while a ticket is in the line
 *       show a state in which it exists, or has left. For those that came into the line only after that was asked for, its absence
 *       there counts for nothing. Since names never come back, who has left has left for good, however late that is heard.
 *   <li>A list that arrives after the news of a departure may bring back who left, which is merely too careful. Whoever is waited for is watched
 *       anew and found absent; a watch on the whole queue has told it already, so that whoever is missing from its view makes the line be read.
 *   <li>The session's own tickets are watched only if they stay for a while. What tells of a departure makes each of them that is not watched
 *       {@linkplain #isCertain uncertain}, as it may have been deleted before, until a state that is not older shows it.
 * </ol>
 *
 * <p>When somebody leaves who was waited for, and there are others in the line, it is read anew once, by one request; what is missing then has left.
 *
 * <p>Who has to wait for very many at the same time watches the queue as a whole instead: one watch for all of them. Of a ticket that it must
 * not read a session is told nothing, by no watch; the names can be read all the same, and who waits for such a ticket looks at them again
 * and again. Confined to the session's lane.
 */
final class QueueSight {

    private static final Logger log = LoggerFactory.getLogger(QueueSight.class);

    /** How often names are looked at while nothing else tells of a departure. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

    /**
     * How long a ticket of the session's own may go unwatched that it holds. What is held for less, as most locks are, needs no watch: it
     * is known to have left by the answer to its removal. Nobody but an operator removes what is held, and that is noticed so much later at most.
     */
    private static final Duration HELD_UNWATCHED = Duration.ofMillis(10);

    /** How long a ticket of the session's own may go unwatched that it waits with, if it is looked at before it is granted. */
    private static final Duration WAITING_UNWATCHED = Duration.ofMillis(100);

    /** How many tickets of others are watched one by one; for more of them the whole queue is. */
    private static final int MAX_AIMED = 8;

    /** Whoever has places in the queue. Told on the lane. */
    interface Viewer {

        /** Tickets of the session have left the queue. */
        void ownLeft(List<Ticket> tickets);

        /** A ticket of the session was seen in the queue, over the present connection. */
        void ownSeen(Ticket ticket);

        /** What is known of the others has changed. */
        void othersChanged();

        /** Nothing will be told any more. */
        void ended(QuorateException cause);

        /** Returns whether the session takes requests still. */
        boolean isOpen();
    }

    private final Session session;
    private final Key queue;
    private final Viewer viewer;
    private final Set<QueueEntry> sharing = new HashSet<>();
    private final Map<QueueEntry, Ticket> own = new LinkedHashMap<>();
    private final Map<QueueEntry, Sighting> sightings = new HashMap<>();

    /** The session's tickets of which it is not known whether they were there when others had left. */
    private final Set<QueueEntry> uncertain = new HashSet<>();

    /** Who is not known to have left, in the order of the queue; the session's newest ticket is at the end. All of its own are in it. */
    private Set<QueueEntry> line = new LinkedHashSet<>();

    /** The revision of the newest ticket, whose list the line is. */
    private long newest = Long.MIN_VALUE;

    /** How many watches were asked for. */
    private long watches;

    private boolean outdated;
    private boolean reading;

    /** Whether a ticket of somebody else was found that this session must not read. */
    private boolean unreadable;

    private @Nullable WholeQueue whole;
    private @Nullable Subscription nextLook;
    private @Nullable Subscription nextWatching;
    private boolean watchesHeld;

    QueueSight(Session session, Key queue, Viewer viewer) {
        this.session = session;
        this.queue = queue;
        this.viewer = viewer;
    }

    /** Takes a new ticket of the session in, and those who are ahead of it. Tells of those of the session that turn out to have left. */
    void arrived(Ticket ticket) {
        own.put(ticket.place(), ticket);
        if (ticket.revision() > newest) {
            lineUp(ticket);
        } else if (!line.contains(ticket.place())) {
            ownLeft(List.of(ticket.place()));
        }
    }

    /** Watches the tickets of the session before long, sooner if it holds one. */
    void watchOwnSoon(boolean held) {
        Subscription planned = nextWatching;
        if (planned != null && (watchesHeld || !held)) {
            return;
        }
        if (planned != null) {
            planned.close();
        }
        watchesHeld = held;
        nextWatching = session.scheduler()
                .schedule(
                        () -> {
                            nextWatching = null;
                            if (viewer.isOpen()) {
                                watchOwn();
                            }
                        },
                        held ? HELD_UNWATCHED : WAITING_UNWATCHED);
    }

    /** Returns whether a ticket of the session is known to have been there when the last of those had left who are known to have. */
    boolean isCertain(QueueEntry entry) {
        return !uncertain.contains(entry);
    }

    /** Finds out whether the tickets that are not certain are there. */
    void makeCertain() {
        read();
    }

    /** Watches all tickets of the session from now on. What is asked for next is asked for behind it. */
    void watchOwn() {
        own.keySet().forEach(this::watch);
    }

    private void watch(QueueEntry entry) {
        sightings.computeIfAbsent(entry, Sighting::new).open();
    }

    /** Takes note that a ticket of the session was removed, as the backend has confirmed. */
    void removed(QueueEntry entry) {
        if (own.containsKey(entry)) {
            gone(entry, 0);
        }
    }

    private void lineUp(Ticket ticket) {
        List<QueueEntry> departed = new ArrayList<>(line);
        line = new LinkedHashSet<>(ticket.ahead());
        line.add(ticket.place());
        newest = ticket.revision();
        departed.removeAll(line);
        WholeQueue all = whole;
        outdated |= all != null && all.isMissingSomebody();
        allLeft(departed);
    }

    /** Takes note of tickets that were seen to share their turn. Those that are not in the line are of no use and do no harm. */
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
        return line.size();
    }

    /** Returns who is ahead of a ticket of the session, first come first, and perhaps some who were. */
    List<QueueEntry> ahead(QueueEntry entry) {
        List<QueueEntry> ahead = new ArrayList<>();
        for (QueueEntry each : line) {
            if (each.equals(entry)) {
                return ahead;
            }
            ahead.add(each);
        }
        throw new IllegalArgumentException(entry + " is no ticket of this session, or was told to have left");
    }

    /** Returns those who are known to share their turn though their label says that they do not. */
    Set<QueueEntry> sharing() {
        return Collections.unmodifiableSet(sharing);
    }

    /**
     * Waits for these to leave, and for no others.
     *
     * @param looksAgain whether the queue is going to be read anyway when they have left, so that the session's own tickets need no watch until then
     */
    void aimAt(List<QueueEntry> blockers, boolean looksAgain) {
        boolean many = blockers.size() > MAX_AIMED;
        Set<QueueEntry> wanted = new HashSet<>();
        if (!many || unreadable) {
            closeWhole();
        }
        if (!many && !unreadable) {
            wanted.addAll(blockers);
        }
        for (Sighting sighting : List.copyOf(sightings.values())) {
            if (!wanted.contains(sighting.entry) && !own.containsKey(sighting.entry)) {
                sighting.close();
            }
        }
        boolean reads = (outdated || reading) && !sightings.keySet().containsAll(wanted);
        if (many || unreadable || !(reads || looksAgain)) {
            // Before anybody else is watched: who is waited for may leave after the session's ticket was deleted.
            watchOwn();
        } else if (!own.isEmpty()) {
            watchOwnSoon(false);
        }
        if (unreadable) {
            lookAgain(!blockers.isEmpty());
        } else if (many) {
            watchWhole();
        } else if (reads) {
            read();
        } else {
            wanted.forEach(this::watch);
        }
    }

    /** Stops watching and forgets everything. */
    void close() {
        List.copyOf(sightings.values()).forEach(Sighting::close);
        closeWhole();
        lookAgain(false);
        Subscription planned = nextWatching;
        if (planned != null) {
            planned.close();
        }
        own.clear();
        uncertain.clear();
        line.clear();
        sharing.clear();
    }

    private void left(QueueEntry entry) {
        line.remove(entry);
        sharing.remove(entry);
        uncertain.remove(entry);
        Sighting sighting = sightings.get(entry);
        if (sighting != null) {
            sighting.close();
        }
    }

    private void allLeft(List<QueueEntry> departed) {
        departed.forEach(this::left);
        ownLeft(departed);
    }

    /** Takes note that an entry that was watched is gone. */
    private void gone(QueueEntry entry, long asked) {
        left(entry);
        if (own.containsKey(entry)) {
            ownLeft(List.of(entry));
        } else {
            outdated = true;
        }
        doubt(asked);
        viewer.othersChanged();
    }

    /**
     * Takes note that somebody has left, perhaps after tickets of the session's own of which nothing was told.
     *
     * @param asked the number of the watch that has told it: what was asked for before tells of its tickets first
     */
    private void doubt(long asked) {
        for (QueueEntry entry : own.keySet()) {
            Sighting sighting = sightings.get(entry);
            if (sighting == null || !(sighting.wasThere || sighting.number < asked)) {
                uncertain.add(entry);
            }
        }
    }

    /** Tells which of those who have left are the session's own, all at once: what that makes somebody do finds none of them here. */
    private void ownLeft(List<QueueEntry> departed) {
        List<Ticket> tickets = new ArrayList<>();
        for (QueueEntry entry : departed) {
            Ticket ticket = own.remove(entry);
            if (ticket != null) {
                tickets.add(ticket);
            }
        }
        if (!tickets.isEmpty()) {
            viewer.ownLeft(tickets);
        }
    }

    /** Takes those who are absent from a state out, but for the session's own, which have their own watches. */
    private void retain(List<QueueEntry> asked, Predicate<QueueEntry> isThere) {
        for (QueueEntry entry : asked) {
            if (!isThere.test(entry) && !own.containsKey(entry)) {
                left(entry);
            }
        }
    }

    private void retainOwn(List<QueueEntry> asked, Set<Key> present) {
        if (!outdated) {
            // Nobody was heard to leave since this was asked for.
            asked.forEach(uncertain::remove);
        }
        allLeft(asked.stream()
                .filter(entry -> own.containsKey(entry) && !present.contains(entry.key()))
                .toList());
    }

    /** Reads who is there. Only those who are in the line already can be missing: it may be older than what a ticket brings meanwhile. */
    private void read() {
        if (reading) {
            return;
        }
        reading = true;
        outdated = false;
        List<QueueEntry> before = List.copyOf(line);
        session.list(queue, Content.KEYS, Read.ANY).whenComplete((listing, failure) -> {
            reading = false;
            if (listing == null) {
                outdated = true;
                Retry.later(session, viewer::othersChanged);
                return;
            }
            Set<Key> present = new HashSet<>(listing.keys());
            retain(before, entry -> present.contains(entry.key()));
            retainOwn(before, present);
            viewer.othersChanged();
        });
    }

    private void lookAgain(boolean isWaiting) {
        Subscription planned = nextLook;
        if (planned != null && !isWaiting) {
            planned.close();
            nextLook = null;
        } else if (planned == null && isWaiting) {
            nextLook = session.scheduler()
                    .schedule(
                            () -> {
                                nextLook = null;
                                read();
                            },
                            LOOK_INTERVAL);
        }
    }

    private void watchWhole() {
        if (whole == null) {
            outdated = false;
            WholeQueue all = new WholeQueue();
            whole = all;
            all.open();
        } else if (outdated) {
            read();
        }
    }

    private void closeWhole() {
        WholeQueue current = whole;
        whole = null;
        if (current != null) {
            current.close();
        }
    }

    /** One ticket, watched until it leaves. */
    private final class Sighting implements WatchListener {

        private final QueueEntry entry;
        private final long number = ++watches;
        private @Nullable Watch watch;
        private boolean wasThere;

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
                gone(entry, number);
                return;
            }
            wasThere = true;
            uncertain.remove(entry);
            Ticket ticket = own.get(entry);
            if (ticket != null && (batch.initial() || batch.gap())) {
                viewer.ownSeen(ticket);
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
            if (cause instanceof AccessDeniedException && !own.containsKey(entry)) {
                // The names are enough to wait by, and who may take a place may read them.
                if (!unreadable) {
                    log.warn(
                            "{} holds tickets that this session must not read, so that it looks every {} ms whether they have left; "
                                    + "give all users of the queue the same rights",
                            queue,
                            LOOK_INTERVAL.toMillis());
                }
                unreadable = true;
                viewer.othersChanged();
            } else {
                viewer.ended(cause);
            }
        }
    }

    /** All tickets, for as long as very many of them are waited for. */
    private final class WholeQueue implements WatchListener {

        /** Who can be missing from the first batch. */
        private final List<QueueEntry> before = List.copyOf(line);

        /** All tickets in the queue as of the last batch. */
        private final Set<QueueEntry> there = new HashSet<>();

        private final long number = ++watches;
        private boolean isComplete;
        private @Nullable Watch watch;

        void open() {
            watch = session.watch(queue, Scope.QUEUE, this);
        }

        void close() {
            Watch current = watch;
            if (current != null) {
                current.close();
            }
        }

        /** Returns whether somebody is in the line of whose departure this watch will not tell, as it has told of it or never saw them. */
        boolean isMissingSomebody() {
            return isComplete && line.stream().anyMatch(entry -> !there.contains(entry) && !own.containsKey(entry));
        }

        @Override
        public void onBatch(WatchBatch batch) {
            doubt(number);
            for (Change change : batch.changes()) {
                if (change instanceof Change.Left left) {
                    there.remove(left.place());
                    retain(List.of(left.place()), there::contains);
                } else if (change instanceof Change.Joined joined) {
                    there.add(joined.place());
                }
            }
            if (batch.initial()) {
                isComplete = true;
                retain(before, there::contains);
                outdated |= isMissingSomebody();
            }
            viewer.othersChanged();
        }

        @Override
        public void onEnd(QuorateException cause) {
            viewer.ended(cause);
        }
    }
}

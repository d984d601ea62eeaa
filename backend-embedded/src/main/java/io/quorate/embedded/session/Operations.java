package io.quorate.embedded.session;

import io.quorate.backend.Read;
import io.quorate.backend.StorageFullException;
import io.quorate.backend.Ticket;
import io.quorate.embedded.member.Attachment;
import io.quorate.embedded.tree.Result;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations of a session that were not answered yet, in the order of their issue. Confined to the loop.
 *
 * <p>Writes are numbered when they are first sent, without a gap, so that the members can tell a repetition from a new one:
 * what was not answered when the link broke is sent again over the next one, and happens once. A write waits for the reads of
 * the same keys that were issued before it: were such a read repeated at another member, it would show the write.
 */
final class Operations {

    private static final Logger log = LoggerFactory.getLogger(Operations.class);

    /** Below the number of results that a member remembers for a session. */
    private static final int WINDOW = 1000;

    private final SessionCore core;
    private final FrontEnd frontEnd;
    private final SessionLink link;
    private final Renewal renewal;
    private final Namespace namespace;
    private final Admission.Share share;
    private final EventLane lane;
    private final LaneOutbox outbox;
    private final ArrayDeque<Pending<?>> unsent = new ArrayDeque<>();
    private final ArrayDeque<Pending<?>> sent = new ArrayDeque<>();
    private final Set<Pending.Reading<?>> reads = new LinkedHashSet<>();
    private long lastNumber;
    private long acknowledged;

    Operations(
            SessionCore core,
            FrontEnd frontEnd,
            SessionLink link,
            Renewal renewal,
            Namespace namespace,
            Admission.Share share,
            EventLane lane,
            LaneOutbox outbox) {
        this.core = core;
        this.frontEnd = frontEnd;
        this.link = link;
        this.renewal = renewal;
        this.namespace = namespace;
        this.share = share;
        this.lane = lane;
        this.outbox = outbox;
    }

    boolean isEmpty() {
        return sent.isEmpty() && unsent.isEmpty();
    }

    // ---- sending

    /** Takes an operation that was admitted. */
    void add(Pending<?> operation) {
        unsent.add(operation);
        pump();
    }

    /** Sends what may be sent. */
    void pump() {
        while (link.isAttached() && sent.size() < WINDOW && !unsent.isEmpty()) {
            Pending<?> operation = unsent.element();
            if (operation instanceof Pending.Writing<?> writing && followsReadOfSameKey(writing)) {
                return;
            }
            unsent.remove();
            if (operation.isDroppable()) {
                outbox.release(operation);
            } else if (isRefused(operation)) {
                outbox.release(operation);
                fail(
                        operation,
                        new StorageFullException(
                                "the members have no room for writes: free space on their disks, then retry", null));
            } else {
                sent.add(operation);
                transmit(operation);
            }
        }
    }

    private boolean followsReadOfSameKey(Pending.Writing<?> writing) {
        if (reads.isEmpty()) {
            return false;
        }
        for (Pending.Reading<?> read : reads) {
            if (writing.touches(read.key)) {
                return true;
            }
        }
        return false;
    }

    /** Only what has no number yet can be refused: those behind it need its number. */
    private boolean isRefused(Pending<?> operation) {
        return operation instanceof Pending.Writing<?> writing
                && writing.number == 0
                && writing.needsSpace()
                && link.attached().refusesWrites();
    }

    /** Sends again what was sent over an earlier link and not answered, then what has not been sent. */
    void resume() {
        for (Pending<?> operation : List.copyOf(sent)) {
            if (!link.isAttached()) {
                return;
            }
            if (operation.isDroppable()) {
                remove(operation);
            } else {
                transmit(operation);
            }
        }
        pump();
    }

    private void transmit(Pending<?> operation) {
        operation.sends++;
        // Not later than it is sent, which is all that a proof needs, and looked at once for many.
        operation.sentNanos = frontEnd.roundNanos();
        if (operation instanceof Pending.Writing<?> writing) {
            writing.number = writing.number == 0 ? ++lastNumber : writing.number;
            if (!link.isHung() && link.losesRequest()) {
                link.breakOff();
            } else if (!link.isHung()) {
                send(writing);
            }
        } else if (operation instanceof Pending.Reading<?> reading) {
            reads.add(reading);
            if (!link.isHung()) {
                send(reading);
            }
        }
    }

    private void send(Pending.Writing<?> writing) {
        if (writing instanceof Pending.Enqueuing<?> enqueuing) {
            enqueuing.draw(frontEnd.random());
        }
        Attachment over = link.attached();
        over.write(writing.request(core.session().id().value(), acknowledged), (index, result, tickets, proven) -> {
            if (link.hears(over)) {
                onWritten(writing, index, result, tickets, proven);
            }
        });
    }

    private <T> void send(Pending.Reading<T> reading) {
        Attachment over = link.attached();
        over.read(reading.mode, reading.reading, (index, value) -> {
            if (link.hears(over) && remove(reading)) {
                link.saw(index);
                if (reading.mode != Read.ANY) {
                    renewal.confirmed(reading.sentNanos);
                }
                outbox.offer(() -> reading.future.complete(reading.translation.apply(value)));
                pumpSoon();
            }
        });
    }

    // ---- answers

    private void onWritten(
            Pending.Writing<?> writing, long index, Result result, List<Ticket> tickets, boolean proven) {
        if (link.losesReply()) {
            link.breakOff();
            return;
        }
        if (result instanceof Result.SessionGone) {
            link.onGone();
            return;
        }
        if (result instanceof Result.OutOfOrder || result instanceof Result.Forgotten) {
            log.warn("operation {} of {} was answered by {}; it is sent again", writing.number, core.session(), result);
            link.breakOff();
            return;
        }
        if (!remove(writing)) {
            return;
        }
        acknowledged = writing.number;
        link.saw(index);
        if (proven && writing.sends == 1) {
            renewal.confirmed(writing.sentNanos);
        }
        outbox.offer(() -> writing.complete(this, index, result, tickets));
        pumpSoon();
    }

    private boolean remove(Pending<?> operation) {
        if (!sent.remove(operation)) {
            return false;
        }
        outbox.release(operation);
        if (operation instanceof Pending.Reading<?> reading) {
            reads.remove(reading);
        }
        return true;
    }

    private void pumpSoon() {
        if (!unsent.isEmpty() || core.isClosing()) {
            // Not at once: the member is in the middle of a step.
            frontEnd.submit(lane, core::pump);
        }
    }

    private void fail(Pending<?> operation, RuntimeException failure) {
        outbox.offer(() -> operation.future.completeExceptionally(failure));
    }

    // ---- tickets

    /** Returns what their taker is told of tickets that were created. */
    List<Ticket> tickets(List<Ticket> created) {
        return created.stream().map(namespace::relative).toList();
    }

    /** Gives back tickets that nobody waits for any more. Called on the lane. */
    void removeUnwanted(List<Ticket> tickets) {
        frontEnd.submit(lane, () -> {
            for (Ticket ticket : core.isClosing() ? List.<Ticket>of() : tickets) {
                Pending<?> removal = new Pending.Dequeuing(namespace.absolute(ticket.key()));
                share.admitAnyway(removal);
                add(removal);
            }
        });
    }

    // ---- the end

    /**
     * Fails what waits for an ensemble that has lost what it acknowledged. What is of unknown outcome is told so; other writes that
     * were sent stay, as they clean up.
     */
    void failStale(RuntimeException stale, RuntimeException unknown) {
        List<Pending<?>> waiting = new ArrayList<>(reads);
        unsent.stream().filter(Pending::mayFailUnsent).forEach(waiting::add);
        sent.removeAll(reads);
        unsent.removeAll(waiting);
        reads.clear();
        for (Pending<?> operation : waiting) {
            outbox.release(operation);
            fail(operation, stale);
        }
        // They keep their numbers, in case that the session finds the ensemble it knew after all.
        sent.stream().filter(Pending::isOfUnknownOutcome).forEach(operation -> fail(operation, unknown));
    }

    /** Forgets everything and returns what was not answered. */
    List<Pending<?>> end() {
        List<Pending<?>> unanswered = new ArrayList<>(sent);
        unanswered.addAll(unsent);
        sent.clear();
        unsent.clear();
        reads.clear();
        unanswered.forEach(outbox::release);
        return unanswered;
    }
}

package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.tree.Applied;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchRegistry;
import io.quorate.embedded.tree.WatchedChange;
import io.quorate.embedded.tree.Watcher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a member does for the sessions that are attached to it, as long as it stays in the broadcast phase of one epoch.
 *
 * <p>Requests leave for the leader in the order in which they were made, over one connection or, at the leader itself, by a
 * call. When the member leaves the epoch the service ends: nothing that was asked for is answered any more, and the sessions
 * attach anew. Confined to the member's thread.
 */
final class Service {

    private record Waiting(long index, Attachment attachment) {}

    private record Answer(long index, Result result, ControlReply reply) {}

    /** Somebody who waits for a round; session 0 is none. */
    private record Participant(long session, LongConsumer reader, Runnable confirmed) {}

    /** Sessions that give a sign of life and reads that wait, in one request to the leader. */
    private static final class RoundRequest {
        final long id;
        final List<Participant> participants = new ArrayList<>();

        RoundRequest(long id) {
            this.id = id;
        }

        PeerMessage message() {
            List<Long> sessions = participants.stream()
                    .map(Participant::session)
                    .filter(session -> session != 0)
                    .distinct()
                    .toList();
            return new PeerMessage.AskRound(id, sessions);
        }
    }

    private final Member member;
    private final long epoch;
    private final WatchRegistry watches;
    private final LongSupplier requestIds;
    private final Map<Long, Attachment> attachments = new HashMap<>();
    private final Map<Long, RoundRequest> rounds = new HashMap<>();
    private final Map<Long, ControlReply> controls = new HashMap<>();
    private final Map<Long, ControlReply> controlsAt = new HashMap<>();
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Comparator.comparingLong(Waiting::index));
    private final PriorityQueue<Answer> answers = new PriorityQueue<>(Comparator.comparingLong(Answer::index));
    private final ArrayDeque<Object> outbox = new ArrayDeque<>();

    Service(Member member, long epoch, WatchRegistry watches, LongSupplier requestIds) {
        this.member = member;
        this.epoch = epoch;
        this.watches = watches;
        this.requestIds = requestIds;
    }

    long epoch() {
        return epoch;
    }

    long applied() {
        return member.applied();
    }

    StateMachine state() {
        return member.state();
    }

    boolean refusesWrites() {
        return member.refusesWrites();
    }

    WatchRegistry watches() {
        return watches;
    }

    // ---- attaching

    int sessions() {
        return attachments.size();
    }

    Attachment attach(long session, Attachment.Client client) {
        Attachment attachment = new Attachment(this, session, client);
        Attachment old = attachments.put(session, attachment);
        if (old != null) {
            watches.removeSession(session);
            old.dropped();
        }
        return attachment;
    }

    void detach(Attachment attachment) {
        if (attachments.remove(attachment.session(), attachment)) {
            watches.removeSession(attachment.session());
        }
        attachment.dropped();
    }

    /** Lets all sessions go; those that are being opened are opened elsewhere. */
    void drain() {
        detachAll();
        controls.clear();
        controlsAt.clear();
        answers.clear();
    }

    private void detachAll() {
        List.copyOf(attachments.values()).forEach(this::detach);
    }

    /** Ends it for good. */
    void end() {
        detachAll();
        rounds.clear();
        controls.clear();
        controlsAt.clear();
        answers.clear();
        waiting.clear();
        outbox.clear();
    }

    // ---- asking the leader

    void toLeader(Request.Operation operation) {
        outbox.add(new PeerMessage.Submit(operation));
    }

    void control(Request request, ControlReply reply) {
        long id = requestIds.getAsLong();
        controls.put(id, reply);
        outbox.add(new PeerMessage.Control(id, request));
    }

    /**
     * Asks for a round.
     *
     * @param session the session that gives a sign of life with it, 0 if none; if it has ended nothing is confirmed
     * @param reader told at once which index a read must show
     * @param confirmed called when a quorum has confirmed that the leader led when it was asked
     */
    void joinRound(long session, LongConsumer reader, Runnable confirmed) {
        // Only what is asked for in one go shares a request: it must reach the leader ahead of later writes.
        RoundRequest round = outbox.peekLast() instanceof RoundRequest last ? last : null;
        if (round == null) {
            round = new RoundRequest(requestIds.getAsLong());
            rounds.put(round.id, round);
            outbox.add(round);
        }
        round.participants.add(new Participant(session, reader, confirmed));
    }

    void wakeAt(long index, Attachment attachment) {
        waiting.add(new Waiting(index, attachment));
    }

    /** Returns what leaves for the leader next, or {@code null} if nothing does. */
    @Nullable
    PeerMessage nextRequest() {
        Object next = outbox.poll();
        return next instanceof RoundRequest round ? round.message() : (PeerMessage) next;
    }

    // ---- what the leader says

    void onReply(PeerMessage message) {
        if (message instanceof PeerMessage.ReadAt at) {
            RoundRequest round = rounds.get(at.id());
            if (round != null) {
                round.participants.forEach(participant -> participant.reader().accept(at.index()));
            }
        } else if (message instanceof PeerMessage.RoundConfirmed confirmed) {
            onConfirmed(confirmed);
        } else if (message instanceof PeerMessage.Answered answered) {
            Attachment attachment = attachments.get(answered.session());
            if (attachment != null) {
                attachment.answered(answered.operation(), answered.index(), answered.result());
            }
        } else if (message instanceof PeerMessage.ControlProposed proposed) {
            ControlReply reply = controls.remove(proposed.id());
            if (reply != null) {
                controlsAt.put(proposed.index(), reply);
            }
        } else if (message instanceof PeerMessage.ControlAnswered answered) {
            onControlAnswered(answered);
        }
    }

    private void onConfirmed(PeerMessage.RoundConfirmed confirmed) {
        RoundRequest round = rounds.remove(confirmed.id());
        if (round != null) {
            for (Participant participant : round.participants) {
                if (!confirmed.gone().contains(participant.session())) {
                    participant.confirmed().run();
                }
            }
        }
    }

    private void onControlAnswered(PeerMessage.ControlAnswered answered) {
        ControlReply reply = controls.remove(answered.id());
        if (reply != null) {
            answers.add(new Answer(answered.index(), answered.result(), reply));
            giveAnswers();
        }
    }

    private void giveAnswers() {
        for (Answer next = answers.peek(); next != null && next.index() <= applied(); next = answers.peek()) {
            answers.remove();
            next.reply().onReply(next.index(), next.result());
        }
    }

    // ---- what was applied

    /** Tells of a transaction whose effect the state shows just now: first those who watch, then those who wait. */
    void applied(Applied applied) {
        watches.dispatch(applied, this::deliver);
        // Mostly nobody waits for a control, and this is part of every transaction at every member.
        ControlReply control = controlsAt.isEmpty() ? null : controlsAt.remove(applied.index());
        if (control != null) {
            control.onReply(applied.index(), applied.result());
        }
        giveAnswers();
        if (applied.session() != 0) {
            tellSession(applied);
        }
        for (Waiting next = waiting.peek(); next != null && next.index() <= applied.index(); next = waiting.peek()) {
            waiting.remove();
            next.attachment().advance();
        }
    }

    private void deliver(Watcher watcher, long index, List<WatchedChange> changes) {
        Attachment attachment = attachments.get(watcher.session());
        if (attachment != null) {
            attachment.client().onChanges(watcher.id(), index, changes, state());
        }
    }

    private void tellSession(Applied applied) {
        Attachment attachment = attachments.get(applied.session());
        if (attachment == null) {
            return;
        }
        if (applied.operation() != 0) {
            attachment.applied(applied.operation(), applied.index(), applied.result());
        } else if (applied.session() != applied.index()) {
            detach(attachment);
            attachment.client().onGone();
        }
    }
}

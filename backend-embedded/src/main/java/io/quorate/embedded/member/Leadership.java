package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.tree.Applied;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.SessionView;
import io.quorate.embedded.tree.Txn;
import io.quorate.embedded.tree.TxnCodec;
import io.quorate.embedded.tree.Validator;
import io.quorate.embedded.tree.Verdict;
import io.quorate.embedded.zab.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a member does as the established leader of one epoch: it judges requests and proposes them, confirms rounds, and ends
 * the sessions it has not heard of. Dropped with all it remembers when the leadership ends.
 */
final class Leadership {

    private static final int MAX_BATCH = 1024;
    private static final int MAX_BATCH_BYTES = 4 << 20;
    private static final int MAX_OUTSTANDING = 16_384;
    private static final int REAP_BATCH = 256;

    /** A leader that did not look for so many ticks cannot tell the silence of a session from its own deafness. */
    private static final int DEAF_TICKS = 5;

    /** Where a request came from: a connection, 0 for this member. */
    private record Incoming(long connection, long controlId, Request request) {}

    private record Round(long connection, long id, List<Long> gone) {}

    private record Asked(long connection, PeerMessage.AskRound ask) {}

    private final Member member;
    private final Serving serving;
    private final TxnCodec codec = new TxnCodec();
    private final SessionExpiry expiry;
    private final DigestAudit audit;
    private final ArrayDeque<Incoming> requests = new ArrayDeque<>();
    private final Map<Long, List<Round>> rounds = new HashMap<>();
    private List<Asked> asked = new ArrayList<>();
    private @Nullable Validator validator;
    private boolean draining;

    /** Whose sign of life is still to be noted, 0 if nobody's: one that sends many requests is noted once for all of them. */
    private long heard;

    private long lastTicket;
    private long reapIndex;

    Leadership(Member member, Serving serving) {
        this.member = member;
        this.serving = serving;
        int quorum = member.settings().zab().members().size() / 2 + 1;
        this.audit = new DigestAudit(member.id(), quorum, this::onDifference);
        this.expiry = new SessionExpiry(DEAF_TICKS * member.settings().tickNanos(), member.nowNanos());
    }

    boolean takesWrites() {
        return validator != null && !draining;
    }

    /** Takes no more requests; who sent one, or waits for an answer, asks the next leader. */
    void drain() {
        draining = true;
        requests.clear();
    }

    /** Whether all that was proposed is applied here. */
    boolean isDrained() {
        return member.peer().nextIndex() != 0
                && member.applied() == member.peer().nextIndex() - 1;
    }

    // ---- what members ask

    void receive(long connection, PeerMessage message) {
        if (message instanceof PeerMessage.AskRound ask) {
            asked.add(new Asked(connection, ask));
        } else if (draining) {
            return;
        } else if (message instanceof PeerMessage.Submit submit) {
            if (heard != submit.operation().session()) {
                noteHeard();
                heard = submit.operation().session();
            }
            requests.add(new Incoming(connection, 0, submit.operation()));
        } else if (message instanceof PeerMessage.Control control) {
            requests.add(new Incoming(connection, control.id(), control.request()));
        }
    }

    private void noteHeard() {
        if (heard != 0) {
            heardOf(heard);
            heard = 0;
        }
    }

    private void heardOf(long session) {
        expiry.heardOf(session, member.nowNanos());
    }

    /** Ends a session as if it had been silent for too long. */
    void expire(long session) {
        expiry.expiring(session);
        requests.add(new Incoming(0, 0, new Request.CloseSession(session, true)));
    }

    /** Does what was asked for since the last call; returns whether there was anything. */
    boolean run() {
        noteHeard();
        // Before it has applied what it found in the log, it does not know which sessions there are.
        Validator judge = validator();
        if (judge == null) {
            return false;
        }
        boolean worked = beginRound();
        return propose(judge) || worked;
    }

    // ---- rounds

    private boolean beginRound() {
        if (asked.isEmpty()) {
            return false;
        }
        List<Round> begun = new ArrayList<>();
        for (Asked next : asked) {
            begun.add(begin(next));
        }
        asked = new ArrayList<>();
        long ticket = ++lastTicket;
        rounds.put(ticket, begun);
        member.step(new Event.BeginRound(ticket));
        return true;
    }

    private Round begin(Asked asked) {
        List<Long> gone = new ArrayList<>();
        for (long session : asked.ask().sessions()) {
            if (expiry.isGone(session, member.applied())) {
                gone.add(session);
            } else {
                heardOf(session);
            }
        }
        long id = asked.ask().id();
        serving.answer(
                asked.connection(), new PeerMessage.ReadAt(id, member.peer().commitIndex()));
        return new Round(asked.connection(), id, gone);
    }

    void roundConfirmed(long ticket) {
        List<Round> confirmed = rounds.remove(ticket);
        if (confirmed != null) {
            for (Round round : confirmed) {
                serving.answer(round.connection(), new PeerMessage.RoundConfirmed(round.id(), round.gone()));
            }
        }
    }

    // ---- proposals

    private @Nullable Validator validator() {
        // The validator judges on the applied state and its own proposals: what was logged before must be applied.
        if (validator == null && isDrained()) {
            validator = new Validator(member.state(), member.settings().limits());
            member.state().sessions().forEach(this::opened);
            serving.changed();
        }
        return validator;
    }

    private boolean propose(Validator judge) {
        long next = member.peer().nextIndex();
        if (next == 0 || requests.isEmpty() || next - member.applied() > MAX_OUTSTANDING) {
            return false;
        }
        if (member.backlog().isFull()) {
            // The others may be faster than this member's disk; what they would commit piles up here.
            return false;
        }
        List<byte[]> payloads = new ArrayList<>();
        List<Txn> txns = new ArrayList<>();
        long bytes = 0;
        long now = member.settings().wallMillis().getAsLong();
        while (!requests.isEmpty() && payloads.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES) {
            Incoming incoming = requests.remove();
            Verdict verdict = judge.validate(incoming.request(), next, now);
            if (verdict instanceof Verdict.Propose propose) {
                byte[] payload = codec.encode(propose.txn());
                payloads.add(payload);
                txns.add(propose.txn());
                bytes += payload.length;
                tellProposed(incoming, next);
                next++;
            } else if (verdict instanceof Verdict.Answer answer) {
                answer(incoming, answer);
            }
        }
        if (!payloads.isEmpty()) {
            member.step(new Event.Propose(++lastTicket, payloads, txns));
        }
        return true;
    }

    private void tellProposed(Incoming incoming, long index) {
        if (incoming.controlId() != 0) {
            serving.answer(incoming.connection(), new PeerMessage.ControlProposed(incoming.controlId(), index));
        }
    }

    private void answer(Incoming incoming, Verdict.Answer answer) {
        if (incoming.request() instanceof Request.Operation operation) {
            serving.answer(
                    incoming.connection(),
                    new PeerMessage.Answered(
                            operation.session(), operation.operation(), answer.index(), answer.result()));
        } else if (incoming.controlId() != 0) {
            serving.answer(
                    incoming.connection(),
                    new PeerMessage.ControlAnswered(incoming.controlId(), answer.index(), answer.result()));
        }
    }

    // ---- sessions

    private void opened(SessionView session) {
        long timeout = TimeUnit.MILLISECONDS.toNanos(session.timeoutMillis());
        expiry.opened(session.id(), timeout, member.nowNanos());
    }

    /** Compares what a member has as the digest of its state with what the others have. */
    void audit(int from, long index, long digest) {
        audit.report(from, index, digest);
    }

    private void onDifference(int differing, long index, long expected, boolean certain) {
        if (differing == member.id()) {
            throw DivergedException.at(index, expected, certain);
        }
        serving.tell(differing, new PeerMessage.Diverged(index, expected, certain));
    }

    void applied(Applied applied) {
        if (DigestAudit.isDue(applied.index())) {
            audit(member.id(), applied.index(), member.state().digest());
        }
        if (validator == null || applied.session() == 0 || applied.operation() != 0) {
            return;
        }
        if (applied.session() == applied.index()) {
            member.state().session(applied.session()).ifPresent(this::opened);
        } else {
            expiry.closed(applied.session());
        }
    }

    /** Looks for sessions that were silent for too long, and for nodes that nobody needs any more. */
    void tick() {
        audit.tick();
        if (!takesWrites()) {
            return;
        }
        expiry.look(member.nowNanos(), this::expire);
        reap();
    }

    private void reap() {
        if (member.applied() < reapIndex) {
            return;
        }
        List<String> paths =
                member.state().reapable(member.settings().wallMillis().getAsLong(), REAP_BATCH);
        if (!paths.isEmpty()) {
            requests.add(new Incoming(0, 0, new Request.Reap(paths)));
            reapIndex = member.peer().nextIndex();
        }
    }
}

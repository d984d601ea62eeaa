package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.tree.Applied;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.SessionView;
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

    private record Round(long connection, long id) {}

    private static final class Heard {
        final long timeoutNanos;
        long at;
        boolean expiring;

        Heard(long timeoutNanos, long at) {
            this.timeoutNanos = timeoutNanos;
            this.at = at;
        }
    }

    private final Member member;
    private final TxnCodec codec = new TxnCodec();
    private final ArrayDeque<Incoming> requests = new ArrayDeque<>();
    private final Map<Long, Heard> heard = new HashMap<>();
    private final Map<Long, List<Round>> rounds = new HashMap<>();
    private List<Round> asked = new ArrayList<>();
    private @Nullable Validator validator;
    private long lastTicket;
    private long lastLookNanos;
    private long reapIndex;

    Leadership(Member member) {
        this.member = member;
    }

    /** Whether nothing that was proposed or asked for is unfinished. */
    boolean isIdle() {
        return requests.isEmpty()
                && member.peer().nextIndex() != 0
                && member.applied() == member.peer().nextIndex() - 1;
    }

    boolean takesWrites() {
        return validator != null;
    }

    void receive(long connection, PeerMessage message) {
        if (message instanceof PeerMessage.Submit submit) {
            touch(submit.operation().session());
            requests.add(new Incoming(connection, 0, submit.operation()));
        } else if (message instanceof PeerMessage.Control control) {
            requests.add(new Incoming(connection, control.id(), control.request()));
        } else if (message instanceof PeerMessage.AskRound ask) {
            ask.sessions().forEach(this::touch);
            asked.add(new Round(connection, ask.id()));
            member.fromLeader(
                    connection, new PeerMessage.ReadAt(ask.id(), member.peer().commitIndex()));
        }
    }

    private void touch(long session) {
        Heard entry = heard.get(session);
        if (entry != null) {
            entry.at = member.nowNanos();
        }
    }

    /** Ends a session as if it had been silent for too long. */
    void expire(long session) {
        requests.add(new Incoming(0, 0, new Request.CloseSession(session, true)));
    }

    boolean run() {
        boolean worked = beginRound();
        return propose() || worked;
    }

    private boolean beginRound() {
        if (asked.isEmpty()) {
            return false;
        }
        long ticket = ++lastTicket;
        rounds.put(ticket, asked);
        asked = new ArrayList<>();
        member.step(new Event.BeginRound(ticket));
        return true;
    }

    void roundConfirmed(long ticket) {
        List<Round> confirmed = rounds.remove(ticket);
        if (confirmed != null) {
            for (Round round : confirmed) {
                member.fromLeader(round.connection(), new PeerMessage.RoundConfirmed(round.id()));
            }
        }
    }

    private @Nullable Validator validator() {
        // The validator judges on the applied state and its own proposals: what was logged before must be applied.
        long next = member.peer().nextIndex();
        if (validator == null && next != 0 && member.applied() == next - 1) {
            validator = new Validator(member.state(), member.settings().limits());
            for (SessionView session : member.state().sessions()) {
                opened(session);
            }
            lastLookNanos = member.nowNanos();
            member.servingChanged();
        }
        return validator;
    }

    private void opened(SessionView session) {
        long timeout = TimeUnit.MILLISECONDS.toNanos(session.timeoutMillis());
        heard.put(session.id(), new Heard(timeout, member.nowNanos()));
    }

    private boolean propose() {
        Validator judge = validator();
        long next = member.peer().nextIndex();
        if (judge == null || next == 0 || requests.isEmpty() || next - member.applied() > MAX_OUTSTANDING) {
            return false;
        }
        List<byte[]> payloads = new ArrayList<>();
        long bytes = 0;
        long now = member.settings().wallMillis().getAsLong();
        while (!requests.isEmpty() && payloads.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES) {
            Incoming incoming = requests.remove();
            Verdict verdict = judge.validate(incoming.request(), next, now);
            if (verdict instanceof Verdict.Propose propose) {
                byte[] payload = codec.encode(propose.txn());
                payloads.add(payload);
                bytes += payload.length;
                if (incoming.controlId() != 0) {
                    member.fromLeader(
                            incoming.connection(), new PeerMessage.ControlProposed(incoming.controlId(), next));
                }
                next++;
            } else if (verdict instanceof Verdict.Answer answer) {
                answer(incoming, answer);
            }
        }
        if (!payloads.isEmpty()) {
            member.step(new Event.Propose(++lastTicket, payloads));
        }
        return true;
    }

    private void answer(Incoming incoming, Verdict.Answer answer) {
        if (incoming.request() instanceof Request.Operation operation) {
            member.fromLeader(
                    incoming.connection(),
                    new PeerMessage.Answered(
                            operation.session(), operation.operation(), answer.index(), answer.result()));
        } else if (incoming.controlId() != 0) {
            member.fromLeader(
                    incoming.connection(),
                    new PeerMessage.ControlAnswered(incoming.controlId(), answer.index(), answer.result()));
        }
    }

    void applied(Applied applied) {
        if (DigestAudit.isDue(applied.index())) {
            member.tellAll(
                    new PeerMessage.StateDigest(applied.index(), member.state().digest()));
        }
        if (validator == null || applied.session() == 0 || applied.operation() != 0) {
            return;
        }
        if (applied.session() == applied.index()) {
            member.state().session(applied.session()).ifPresent(this::opened);
        } else {
            heard.remove(applied.session());
        }
    }

    /** Looks for sessions that were silent for too long, and for nodes that nobody needs any more. */
    void tick() {
        if (validator == null) {
            return;
        }
        long now = member.nowNanos();
        long deafness = DEAF_TICKS * member.settings().tickNanos();
        long deaf = now - lastLookNanos > deafness ? now - lastLookNanos : 0;
        lastLookNanos = now;
        for (Map.Entry<Long, Heard> entry : heard.entrySet()) {
            Heard session = entry.getValue();
            session.at += deaf;
            if (!session.expiring && now - session.at > session.timeoutNanos) {
                session.expiring = true;
                expire(entry.getKey());
            }
        }
        if (member.applied() >= reapIndex) {
            List<String> paths =
                    member.state().reapable(member.settings().wallMillis().getAsLong(), REAP_BATCH);
            if (!paths.isEmpty()) {
                requests.add(new Incoming(0, 0, new Request.Reap(paths)));
                reapIndex = member.peer().nextIndex();
            }
        }
    }
}

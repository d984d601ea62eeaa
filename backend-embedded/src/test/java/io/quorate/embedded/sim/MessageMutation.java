package io.quorate.embedded.sim;

import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.tree.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of messages when a mistake is planted into those that send them. */
final class MessageMutation {

    private static final List<PeerMessage> NOTHING = List.of();

    private final RuntimeFlaw flaw;
    private final SimRandom random;
    private @Nullable PeerMessage heldBack;

    MessageMutation(RuntimeFlaw flaw, SimRandom random) {
        this.flaw = flaw;
        this.random = random;
    }

    /** What is sent in the place of a message. */
    List<PeerMessage> of(PeerMessage message) {
        return switch (flaw) {
            case ROUND_CONFIRMED_AT_ONCE ->
                message instanceof PeerMessage.ReadAt at
                        ? List.of(message, new PeerMessage.RoundConfirmed(at.id(), List.of()))
                        : List.of(message);
            case READ_INDEX_FORGOTTEN ->
                message instanceof PeerMessage.ReadAt at
                        ? List.of(new PeerMessage.ReadAt(at.id(), 0))
                        : List.of(message);
            case ANSWER_AHEAD_OF_STATE ->
                message instanceof PeerMessage.Answered a
                        ? List.of(new PeerMessage.Answered(a.session(), a.operation(), 1, a.result()))
                        : List.of(message);
            case CONTROL_AT_WRONG_INDEX ->
                message instanceof PeerMessage.ControlProposed p
                        ? List.of(new PeerMessage.ControlProposed(p.id(), p.index() + 1))
                        : List.of(message);
            case EXPIRY_BY_FOLLOWER ->
                message instanceof PeerMessage.AskRound ask && !ask.sessions().isEmpty() && random.chance(0.02)
                        ? List.of(
                                message,
                                new PeerMessage.Control(
                                        1L << 40,
                                        new Request.CloseSession(ask.sessions().get(0), true)))
                        : List.of(message);
            case RETRY_RENUMBERED, OPERATION_MISATTRIBUTED ->
                message instanceof PeerMessage.Submit submit ? submitted(submit) : List.of(message);
            case MESSAGE_STRAYS -> strayed(message);
            case MESSAGE_LOST -> random.chance(0.01) ? NOTHING : List.of(message);
            default -> List.of(message);
        };
    }

    private List<PeerMessage> submitted(PeerMessage.Submit submit) {
        if (!(submit.operation() instanceof Request.Write write) || !random.chance(0.05)) {
            return List.of(submit);
        }
        return flaw == RuntimeFlaw.RETRY_RENUMBERED
                ? List.of(
                        submit,
                        new PeerMessage.Submit(new Request.Write(
                                write.session(), write.operation() + 1, write.acknowledged(), write.commit())))
                : List.of(new PeerMessage.Submit(new Request.Write(
                        Math.max(1, write.session() - 1), write.operation(), write.acknowledged(), write.commit())));
    }

    /** Holds a message back, and sends it behind the next one, wherever that goes. */
    private List<PeerMessage> strayed(PeerMessage message) {
        PeerMessage before = heldBack;
        if (before != null) {
            heldBack = null;
            return List.of(message, before);
        }
        if (random.chance(0.01)) {
            heldBack = message;
            return NOTHING;
        }
        return List.of(message);
    }
}

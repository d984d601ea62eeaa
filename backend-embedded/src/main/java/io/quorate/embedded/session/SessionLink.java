package io.quorate.embedded.session;

import io.quorate.embedded.member.Attachment;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchedChange;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way of a session to whichever member serves it, and the faults that tests put there. Confined to the loop.
 *
 * <p>A session attaches only to members whose state is no older than anything it has seen. If the leader, confirmed by a quorum,
 * has committed less than that, the ensemble has lost what was acknowledged, as after restoring a backup.
 */
final class SessionLink implements Attachment.Client {

    private static final Duration LOST_LINK_DELAY = Duration.ofMillis(100);

    /** What the link tells of. */
    interface Listener {

        /** A member serves the session from now on. */
        void onAttached();

        /** No member serves it any more, until the next {@link #onAttached}. */
        void onDetached();

        /** The ensemble is older than what the session has seen. */
        void onStale(long seen);

        /** A watched key has changed. */
        void onChanges(long watch, long index, List<WatchedChange> changes, StateMachine tree);

        /** The session has ended. */
        void onGone();
    }

    private enum Fault {
        NONE,
        CUT,
        HUNG
    }

    private final FrontEnd frontEnd;
    private final Listener listener;
    private final long session;
    private @Nullable Attachment attachment;
    private Fault fault = Fault.NONE;
    private boolean losesNextReply;
    private boolean losesNextRequest;
    private boolean waits;
    private boolean asksForCommitIndex;
    private boolean ended;
    private long seen;

    SessionLink(FrontEnd frontEnd, Listener listener, long session) {
        this.frontEnd = frontEnd;
        this.listener = listener;
        this.session = session;
        this.seen = session;
    }

    /** Begins at the member that has opened the session. */
    void begin(Member member) {
        attachment = member.attach(session, this);
    }

    /** The session has been told the state at an index. */
    void saw(long index) {
        seen = Math.max(seen, index);
    }

    boolean isAttached() {
        Attachment current = attachment;
        return current != null && current.isServed();
    }

    /** Whether what is sent arrives. */
    boolean isOpen() {
        return isAttached() && fault == Fault.NONE;
    }

    Attachment attached() {
        Attachment current = attachment;
        if (current == null) {
            throw new IllegalStateException("session " + session + " is not attached");
        }
        return current;
    }

    Optional<Attachment> attachment() {
        return Optional.ofNullable(attachment);
    }

    /** Whether what arrives over an attachment is for this session still. */
    boolean hears(Attachment over) {
        return attachment == over && fault != Fault.HUNG && !ended;
    }

    // ---- attaching

    /** Looks whether the member still serves and its epoch is the newest, or another one does. */
    void reconsider() {
        if (ended) {
            return;
        }
        Attachment current = attachment;
        if (current != null && (!current.isServed() || isOutdated(current))) {
            detach();
        }
        if (attachment == null) {
            attach();
        }
    }

    private boolean isOutdated(Attachment current) {
        // What hangs would not hear of it.
        return fault != Fault.HUNG && current.epoch() < frontEnd.newestEpoch();
    }

    private void detach() {
        Attachment old = attachment;
        if (old != null) {
            attachment = null;
            old.detach();
            listener.onDetached();
        }
    }

    /** Gives the present member up, and turns to another one after a moment. */
    void breakOff() {
        detach();
        attachAfter(LOST_LINK_DELAY);
    }

    private void attachAfter(Duration delay) {
        if (!waits) {
            waits = true;
            frontEnd.after(delay, () -> {
                waits = false;
                reconsider();
            });
        }
    }

    private void attach() {
        if (fault != Fault.NONE || waits) {
            return;
        }
        Member member = frontEnd.servingMember(seen);
        if (member == null) {
            askWhetherStale();
            attachAfter(FrontEnd.retryDelay());
        } else if (member.state().session(session).isEmpty()) {
            // The member's state is no older than anything this session has seen, its own beginning included.
            listener.onGone();
        } else {
            attachment = member.attach(session, this);
            listener.onAttached();
        }
    }

    private void askWhetherStale() {
        Member member = asksForCommitIndex ? null : frontEnd.servingMember(0);
        if (member == null) {
            return;
        }
        asksForCommitIndex = true;
        // Should the answer be lost, the question is asked again.
        frontEnd.after(LOST_LINK_DELAY, () -> asksForCommitIndex = false);
        // The session may attach and see more before the answer arrives, which says nothing of that.
        long seenWhenAsked = seen;
        member.confirmCommitIndex(index -> {
            if (attachment == null && !ended && index < seenWhenAsked) {
                listener.onStale(seenWhenAsked);
            }
        });
    }

    /** Ends it for good; nothing is heard any more. */
    void end() {
        ended = true;
        Attachment old = attachment;
        attachment = null;
        if (old != null) {
            old.detach();
        }
    }

    // ---- what the member tells

    @Override
    public void onChanges(long watch, long index, List<WatchedChange> changes, StateMachine tree) {
        if (fault != Fault.HUNG) {
            saw(index);
            listener.onChanges(watch, index, changes, tree);
        }
    }

    @Override
    public void onGone() {
        if (fault != Fault.HUNG) {
            listener.onGone();
        }
    }

    // ---- faults

    void cut() {
        fault = Fault.CUT;
        detach();
    }

    void hang() {
        fault = Fault.HUNG;
    }

    void restore() {
        if (fault == Fault.HUNG) {
            detach();
        }
        fault = Fault.NONE;
        reconsider();
    }

    void loseNextReply() {
        losesNextReply = true;
    }

    void keepReplies() {
        losesNextReply = false;
    }

    void loseNextRequest() {
        losesNextRequest = true;
    }

    /** Whether a write that is about to be sent gets lost, and the connection with it. */
    boolean losesRequest() {
        boolean loses = losesNextRequest;
        losesNextRequest = false;
        return loses;
    }

    /** Whether the reply of a write that has just arrived gets lost, and the connection with it. */
    boolean losesReply() {
        boolean loses = losesNextReply;
        losesNextReply = false;
        return loses;
    }

    boolean isHung() {
        return fault == Fault.HUNG;
    }
}

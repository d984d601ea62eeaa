package io.quorate.remote;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.TooLargeException;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that writes a slot first, so that it can be sent again without happening twice.
 *
 * <p>What makes the repetition exact is the version of the slot alone. A request of the old connection that is still under
 * way cannot come in between: ZooKeeper refuses it once the session has moved to another server, and otherwise orders it
 * before everything that is sent by the new connection.
 */
abstract class SlottedWrite extends Operation {

    final SessionContext context;
    private SlotPool.@Nullable Slot slot;
    private boolean inFlight;
    private boolean uncertain;
    private boolean sent;
    private boolean restored;
    private long sentAt;
    private long sentEpoch;

    SlottedWrite(SessionContext context) {
        this.context = context;
    }

    /**
     * Adds the operations to a plan that already writes the slot. Returns false if something must be read first; the
     * operation is then sent again when that has been done.
     */
    abstract boolean plan(CommitPlan plan);

    /** Sends what belongs right behind the transaction. */
    abstract void follow();

    /** Takes the results of the transaction that happened. */
    abstract void succeeded(CommitPlan plan, List<OpResult> results, long revision);

    /** Takes the revision of a transaction that happened earlier, whose results are lost. */
    abstract void foundHappened(long revision);

    /** Takes the refusal of one operation. Nothing happened. */
    abstract void refused(CommitPlan.Step step, Code code);

    /** Completes the operation with a failure. */
    abstract void fail(QuorateException failure);

    @Override
    final void send() {
        if (inFlight && sentEpoch == context.dispatcher().epoch()) {
            return;
        }
        uncertain |= inFlight;
        inFlight = false;
        decisive = false;
        List<Operation> ahead = context.dispatcher().ahead(this);
        if (!Dispatcher.mayFollow(this, ahead, true)) {
            return;
        }
        if (slot == null) {
            slot = context.slots().acquire(this);
        }
        SlotPool.Slot mine = slot;
        if (mine == null) {
            return;
        }
        CommitPlan plan = new CommitPlan(context.acl());
        plan.slot(mine.write(order));
        ahead.forEach(earlier -> plan.ahead(earlier.happened().orElseThrow()));
        if (!plan(plan)) {
            return;
        }
        plan.bump(context.stripes());
        if (plan.bytes() > context.maxRequestBytes()) {
            failNow(new TooLargeException("bytes in one commit", context.maxRequestBytes(), plan.bytes()));
            return;
        }
        transmit(plan);
    }

    @Override
    final void throttled() {
        inFlight = false;
    }

    private void transmit(CommitPlan plan) {
        inFlight = true;
        sent = true;
        sentAt = context.ticker().nanos();
        sentEpoch = context.dispatcher().epoch();
        context.wire().multi(this, plan.ops(), (code, results) -> answered(plan, code, results));
        follow();
        context.dispatcher().decisive(this);
    }

    private void answered(CommitPlan plan, Code code, List<OpResult> results) {
        inFlight = false;
        if (results.isEmpty()) {
            failNow(Replies.failure(code, "a commit"));
            return;
        }
        int failure = Replies.firstFailure(results);
        if (failure >= 0) {
            decisive = false;
            CommitPlan.Step step = plan.step(failure);
            if (step.purpose() == CommitPlan.Purpose.SLOT) {
                slotRefused(Replies.code(results.get(failure)));
            } else {
                uncertain = false;
                refused(step, Replies.code(results.get(failure)));
            }
            return;
        }
        uncertain = false;
        Stat stat = ((OpResult.SetDataResult) results.get(plan.slotIndex())).getStat();
        released(stat.getVersion());
        context.renewal().proven(sentAt);
        succeeded(plan, results, stat.getMzxid());
    }

    /** The slot is not as it was before the commit: an earlier transmission has happened, or somebody interferes. */
    private void slotRefused(Code code) {
        switch (code) {
            case BADVERSION, NODEEXISTS -> readSlot();
            case NONODE -> slotGone();
            default -> failNow(Replies.failure(code, "a commit"));
        }
    }

    private void slotGone() {
        SlotPool.Slot mine = slot;
        if (uncertain) {
            failNow(new OutcomeUnknownException(
                    "the reply to a commit was lost, and somebody deleted the node that tells its fate; read before retrying",
                    null));
        } else if (mine != null && mine.lost()) {
            send();
        } else {
            restoreLayout();
        }
    }

    /** Somebody deleted the nodes of the adapter. Creates them anew, once, and sends the transaction behind that. */
    final void restoreLayout() {
        if (restored) {
            failNow(missingLayout());
            return;
        }
        restored = true;
        context.restoreLayout(this);
        send();
    }

    static QuorateException missingLayout() {
        return new BackendUnavailableException(
                "the nodes below /quorate were deleted by somebody and could not be created again; check the access rights",
                null);
    }

    private void readSlot() {
        SlotPool.Slot mine = slot;
        if (mine == null) {
            return;
        }
        context.wire().multi(this, List.of(Op.getData(mine.path())), (code, results) -> {
            if (results.isEmpty()) {
                failNow(Replies.failure(code, "reading the fate of a commit"));
            } else if (results.get(0) instanceof OpResult.GetDataResult read) {
                slotRead(mine, read.getStat());
            } else {
                slotGone();
            }
        });
    }

    private void slotRead(SlotPool.Slot mine, Stat stat) {
        boolean asExpected = mine.isWritten(stat.getVersion());
        mine.at(stat.getVersion());
        if (uncertain && asExpected) {
            uncertain = false;
            released(stat.getVersion());
            foundHappened(stat.getMzxid());
        } else if (uncertain) {
            failNow(new OutcomeUnknownException(
                    "the reply to a commit was lost, and somebody changed the node that tells its fate; read before retrying",
                    null));
        } else {
            send();
        }
    }

    private void released(int version) {
        SlotPool.Slot mine = slot;
        if (mine != null) {
            mine.at(version);
        }
        release();
    }

    /** Gives the slot back, after the result is certain. */
    final void release() {
        SlotPool.Slot mine = slot;
        slot = null;
        if (mine != null) {
            context.slots().release(mine);
        }
    }

    /** Ends the operation without effect. */
    final void failNow(QuorateException failure) {
        context.dispatcher().done(this);
        release();
        fail(failure);
    }

    /** Returns whether the transaction was ever handed over. */
    final boolean wasSent() {
        return sent;
    }

    /** Returns whether the transaction may have happened. */
    final boolean mayHaveHappened() {
        return inFlight || uncertain;
    }

    @Override
    final Optional<Op> happened() {
        return inFlight ? SlotPool.written(slot) : Optional.empty();
    }
}

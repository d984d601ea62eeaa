package io.quorate.remote;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Guard;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.NoSuchKeyException;
import io.quorate.backend.NotEmptyException;
import io.quorate.backend.Op;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.SessionOwnedHasNoChildrenException;
import io.quorate.backend.UnexpectedRevisionException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.jspecify.annotations.Nullable;

/**
 * A commit on its way: one transaction if everything it needs is known, two round trips if revisions must be looked up, three
 * if parents are missing.
 */
final class CommitOperation extends SlottedWrite {

    private final Commit commit;
    private final Result<CommitResult> result;
    private final Set<String> writes = new HashSet<>();
    private final Set<String> reads = new HashSet<>();
    private final ExpectedRevisions expected;
    private final MissingParents parents;

    CommitOperation(SessionContext context, Commit commit) {
        super(context);
        this.commit = commit;
        this.result = new Result<>(context.lane(), this::abandoned);
        this.expected = new ExpectedRevisions(context);
        this.parents = new MissingParents(context);
        commit.ops().forEach(op -> writes.add(path(op)));
        commit.guards().forEach(guard -> reads.add(context.paths().path(guard.key())));
    }

    CompletableFuture<CommitResult> future() {
        return result;
    }

    @Override
    Set<String> writes() {
        return writes;
    }

    @Override
    Set<String> reads() {
        return reads;
    }

    private String path(Op op) {
        return context.paths().path(op.key());
    }

    @Override
    boolean plan(CommitPlan plan) {
        expected.begin();
        for (Guard guard : commit.guards()) {
            if (guard instanceof Guard.Unchanged unchanged) {
                expected.require(context.paths().path(unchanged.key()), unchanged.modRevision());
            }
        }
        for (Op op : commit.ops()) {
            if (expectation(op) != Op.ANY_REVISION) {
                expected.require(path(op), expectation(op));
            }
        }
        if (!expected.known(this) || !parents.known(this, commit, context.paths())) {
            return false;
        }
        expected.checkStripes(plan);
        guards(plan);
        changes(plan);
        return true;
    }

    private static long expectation(Op op) {
        if (op instanceof Op.Update update) {
            return update.expectedRevision();
        }
        return op instanceof Op.Delete delete ? delete.expectedRevision() : Op.ANY_REVISION;
    }

    private int version(String path, long revision) {
        return revision == Op.ANY_REVISION ? -1 : expected.version(path, revision);
    }

    private void guards(CommitPlan plan) {
        for (int i = 0; i < commit.guards().size(); i++) {
            Guard guard = commit.guards().get(i);
            String path = context.paths().path(guard.key());
            plan.guard(
                    i, path, guard instanceof Guard.Unchanged unchanged ? version(path, unchanged.modRevision()) : -1);
        }
    }

    private void changes(CommitPlan plan) {
        MissingParents.Walk walk = parents.walk();
        for (int i = 0; i < commit.ops().size(); i++) {
            Op op = commit.ops().get(i);
            String path = path(op);
            if (op instanceof Op.Create create) {
                for (String parent : walk.missingFor(path)) {
                    plan.parent(i, parent);
                }
                plan.create(
                        i,
                        path,
                        data(create.value()),
                        create.lifetime() == Op.Lifetime.SESSION ? CreateMode.EPHEMERAL : CreateMode.PERSISTENT);
            } else if (op instanceof Op.Update update) {
                plan.update(i, path, data(update.value()), version(path, update.expectedRevision()));
            } else {
                plan.delete(i, path, version(path, expectation(op)));
                walk.deleted(path);
            }
        }
    }

    private static byte @Nullable [] data(@Nullable Bytes value) {
        return value == null ? null : value.toByteArray();
    }

    @Override
    void follow() {}

    @Override
    void succeeded(CommitPlan plan, List<OpResult> results, long revision) {
        for (int i = 0; i < results.size(); i++) {
            if (plan.step(i).purpose() == CommitPlan.Purpose.BUMP
                    && results.get(i) instanceof OpResult.SetDataResult bumped) {
                context.stripes()
                        .stripeRead(plan.step(i).index(), bumped.getStat().getVersion());
            }
        }
        for (int i = 0; i < results.size(); i++) {
            if (plan.step(i).purpose() == CommitPlan.Purpose.CHANGE) {
                remember(plan.ops().get(i).getPath(), results.get(i), revision);
            }
        }
        foundHappened(revision);
    }

    private void remember(String path, OpResult changed, long revision) {
        if (changed instanceof OpResult.CreateResult) {
            context.stripes().observed(path, revision, 0);
        } else if (changed instanceof OpResult.SetDataResult updated) {
            context.stripes().observed(path, revision, updated.getStat().getVersion());
        }
    }

    @Override
    void foundHappened(long revision) {
        context.dispatcher().done(this);
        context.watches().afterCommit(writes, revision, () -> result.settle(new CommitResult(revision)));
    }

    @Override
    void refused(CommitPlan.Step step, Code code) {
        switch (step.purpose()) {
            case AHEAD -> send();
            case STRIPE -> {
                context.stripes().forget(step.index());
                send();
            }
            case GUARD -> failNow(guardFailure(step.index(), code));
            case PARENT, CHANGE -> changeRefused(step, code);
            default -> layoutRefused(code);
        }
    }

    private void layoutRefused(Code code) {
        if (code == Code.NONODE) {
            restoreLayout();
        } else {
            failNow(Replies.failure(code, "a commit"));
        }
    }

    private QuorateException guardFailure(int index, Code code) {
        boolean judged = code == Code.NONODE || code == Code.BADVERSION;
        return judged
                ? new GuardFailedException(index, commit.guards().get(index))
                : Replies.failure(
                        code, "a guard on " + commit.guards().get(index).key());
    }

    private void changeRefused(CommitPlan.Step step, Code code) {
        Op op = commit.ops().get(step.index());
        boolean parent = step.purpose() == CommitPlan.Purpose.PARENT;
        if (op instanceof Op.Create && (code == Code.NONODE || (parent && code == Code.NODEEXISTS))) {
            parents.lookUp();
            send();
            return;
        }
        failNow(changeFailure(step.index(), op, code));
    }

    private static QuorateException changeFailure(int index, Op op, Code code) {
        return switch (code) {
            case NODEEXISTS -> new KeyExistsException(index, op.key());
            case NONODE -> new NoSuchKeyException(index, op.key());
            case BADVERSION -> new UnexpectedRevisionException(index, op.key(), expectation(op));
            case NOTEMPTY -> new NotEmptyException(index, op.key());
            case NOCHILDRENFOREPHEMERALS -> new SessionOwnedHasNoChildrenException(index, op.key());
            default -> Replies.failure(code, "a change of " + op.key());
        };
    }

    @Override
    void fail(QuorateException failure) {
        context.watches().afterRead(new LinkedHashSet<>(writes), () -> result.fail(failure));
    }

    @Override
    void end(QuorateException cause) {
        result.fail(
                mayHaveHappened()
                        ? new OutcomeUnknownException(
                                "the session ended while a commit was under way; read before retrying", cause)
                        : cause);
    }

    private void abandoned() {
        if (!done && !wasSent()) {
            context.dispatcher().done(this);
            release();
        }
    }
}

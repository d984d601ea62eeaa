package io.quorate.embedded.session;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.NoQuorumException;
import io.quorate.backend.OverloadedException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.tree.Txn;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The opening of a session. If the member that was asked stops serving, another one is asked, with the same password, by which
 * the leader finds the session should the first request have succeeded all the same.
 */
final class SessionOpening {

    private final EmbeddedBackend backend;
    private final FrontEnd frontEnd;
    private final SessionOptions options;
    private final EventLane lane;
    private final CompletableFuture<Session> future = new CompletableFuture<>();
    private boolean over;
    private long attempt;
    private byte @Nullable [] password;
    private long firstSentNanos;

    SessionOpening(EmbeddedBackend backend, FrontEnd frontEnd, SessionOptions options, EventLane lane) {
        this.backend = backend;
        this.frontEnd = frontEnd;
        this.options = options;
        this.lane = lane;
    }

    CompletableFuture<Session> future() {
        return future;
    }

    /** Begins, on the loop. */
    void begin() {
        frontEnd.after(frontEnd.connectionTimeout(), () -> fail(unavailable()));
        tryOnce();
    }

    private QuorateException unavailable() {
        String waited = " within " + frontEnd.connectionTimeout();
        return frontEnd.isAnyAlive()
                ? new NoQuorumException("no leader was established" + waited + "; retry when enough members run", null)
                : new BackendUnavailableException("no member of the ensemble runs; start it, then retry", null);
    }

    private void tryOnce() {
        if (over) {
            return;
        }
        if (future.isDone() || backend.isClosed()) {
            abandon();
            return;
        }
        long mine = ++attempt;
        Member member = backend.isUnreachable() ? null : frontEnd.servingMember(0);
        if (member != null) {
            byte[] drawn = password();
            long version = member.servingVersion();
            member.control(
                    new Request.OpenSession(
                            drawn, Math.toIntExact(options.timeout().toMillis()), options.ownerName()),
                    (index, result) -> onReply(mine, member, index, result));
            watchOver(mine, member, version);
        } else {
            frontEnd.after(FrontEnd.retryDelay(), this::tryOnce);
        }
    }

    /** The leader knows by the password that it is the same session that is asked for again. */
    private byte[] password() {
        byte[] drawn = password;
        if (drawn == null) {
            drawn = new byte[Txn.OpenSession.PASSWORD_BYTES];
            frontEnd.random().nextBytes(drawn);
            password = drawn;
            firstSentNanos = frontEnd.ticker().nanos();
        }
        return drawn;
    }

    /** A request is lost when its member stops serving. */
    private void watchOver(long mine, Member member, long version) {
        frontEnd.after(FrontEnd.retryDelay(), () -> {
            if (!over && attempt == mine) {
                if (member.servingVersion() == version && !frontEnd.isForsaken()) {
                    watchOver(mine, member, version);
                } else {
                    tryOnce();
                }
            }
        });
    }

    private void onReply(long mine, Member member, long index, Result result) {
        if (over || mine != attempt) {
            return;
        }
        if (result instanceof Result.Done) {
            over = true;
            ClientSession session = new ClientSession(backend, frontEnd, lane, options, index, firstSentNanos);
            session.begin(member);
            lane.offer(() -> {
                if (!future.complete(session)) {
                    session.closeQuietly();
                }
            });
        } else {
            fail(new OverloadedException("the ensemble opens no more sessions: " + reason(result), null));
        }
    }

    private static String reason(Result result) {
        return result instanceof Result.LimitExceeded exceeded
                ? "it has " + exceeded.bound() + ", which is the limit; close some, then retry"
                : "its leader answered " + result;
    }

    /** Gives up, on the loop. */
    void fail(QuorateException failure) {
        if (!over) {
            over = true;
            lane.offer(() -> future.completeExceptionally(failure));
            lane.finish(() -> backend.laneEnded(lane));
        }
    }

    private void abandon() {
        over = true;
        lane.finish(() -> {
            future.cancel(false);
            backend.laneEnded(lane);
        });
    }
}

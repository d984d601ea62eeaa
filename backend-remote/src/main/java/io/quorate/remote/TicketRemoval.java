package io.quorate.remote;

import io.quorate.backend.QuorateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The removal of a ticket, repeated until it is confirmed or the session has ended. */
final class TicketRemoval extends Operation {

    private static final Logger log = LoggerFactory.getLogger(TicketRemoval.class);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final SessionContext context;
    private final String path;
    private final Result<Void> result;

    TicketRemoval(SessionContext context, String path) {
        this.context = context;
        this.path = path;
        this.result = new Result<>(context.lane(), () -> {});
    }

    CompletableFuture<Void> future() {
        return result;
    }

    @Override
    Set<String> writes() {
        return Set.of(path);
    }

    @Override
    void send() {
        List<Operation> ahead = context.dispatcher().ahead(this);
        if (!Dispatcher.mayFollow(this, ahead, true)) {
            return;
        }
        if (ahead.isEmpty()) {
            context.wire().delete(this, path, this::answered);
        } else {
            deleteBehind(ahead);
        }
        context.dispatcher().decisive(this);
    }

    /** Deletes in a transaction that fails unless what was issued before, under the protection of this ticket, has happened. */
    private void deleteBehind(List<Operation> ahead) {
        List<Op> ops = new ArrayList<>();
        ahead.forEach(earlier -> ops.add(earlier.happened().orElseThrow()));
        ops.add(Op.delete(path, -1));
        context.wire().multi(this, ops, (code, results) -> {
            if (results.isEmpty()) {
                answered(code);
                return;
            }
            int failure = Replies.firstFailure(results);
            if (failure >= 0 && failure < results.size() - 1) {
                decisive = false;
                send();
            } else {
                answered(failure < 0 ? Code.OK : Replies.code(results.get(failure)));
            }
        });
    }

    private void answered(Code code) {
        if (code == Code.OK || code == Code.NONODE) {
            context.dispatcher().done(this);
            String queue = PathMapping.parent(path);
            context.watches().afterRead(queue == null ? Set.of(path) : Set.of(path, queue), () -> result.settle(null));
            return;
        }
        log.warn("ZooKeeper answers {} to the removal of {}; it is tried again", code, path);
        decisive = false;
        context.lane().schedule(this::retry, PAUSE);
    }

    private void retry() {
        if (!done && context.dispatcher().isConnected()) {
            send();
        }
    }

    @Override
    void end(QuorateException cause) {
        result.fail(cause);
    }
}

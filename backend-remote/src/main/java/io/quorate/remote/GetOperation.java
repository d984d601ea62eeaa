package io.quorate.remote;

import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;

/** The reading of one entry. */
final class GetOperation extends ReadOperation<Optional<Entry>> {

    private final Key key;
    private final String path;

    GetOperation(SessionContext context, Key key, Read mode) {
        super(context, mode);
        this.key = key;
        this.path = context.paths().path(key);
    }

    @Override
    Set<String> reads() {
        return Set.of(path);
    }

    @Override
    String node() {
        return path;
    }

    @Override
    void request() {
        context.wire().multi(this, List.of(Op.getData(path)), this::answered);
    }

    private void answered(Code code, List<OpResult> results) {
        if (!counts()) {
            return;
        }
        if (results.isEmpty()) {
            fail(Replies.failure(code, "reading " + key));
        } else if (results.get(0) instanceof OpResult.GetDataResult found) {
            Stat stat = found.getStat();
            context.stripes().observed(path, stat.getMzxid(), stat.getVersion());
            settle(Optional.of(PathMapping.entry(key, found.getData(), stat)));
        } else if (Replies.isNoNode(results.get(0))) {
            settle(Optional.empty());
        } else {
            fail(Replies.failure(Replies.code(results.get(0)), "reading " + key));
        }
    }

    private void settle(Optional<Entry> entry) {
        context.dispatcher().done(this);
        context.watches().afterRead(Set.of(path), () -> result.settle(entry));
    }
}

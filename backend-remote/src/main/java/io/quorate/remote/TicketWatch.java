package io.quorate.remote;

import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Scope;
import io.quorate.backend.WatchListener;
import java.util.List;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * A watch on one ticket: a single reading that leaves a watch of one event behind.
 *
 * <p>The name of a ticket is never used again, so that one event is all that can come: its departure. It costs one request, where a watch that
 * stands costs a second one to be set and a third to be removed, and most tickets are watched once and leave. Should somebody write to
 * the ticket, which spends the event, it is read once more in the same way.
 */
final class TicketWatch extends ServedWatch {

    private long known;
    private int generation;
    private boolean reading;

    TicketWatch(SessionContext context, Key key, WatchListener listener) {
        super(context, key, Scope.ENTRY, listener);
    }

    @Override
    void load() {
        read(null);
    }

    @Override
    void stop() {
        generation++;
    }

    @Override
    public boolean isRecursive() {
        return false;
    }

    @Override
    public boolean isOneShot() {
        return true;
    }

    @Override
    public boolean owesBefore(long revision) {
        return isInitialDelivered() && reading && lastRevision() < revision;
    }

    @Override
    public void onEvent(boolean exists, String changed, long zxid) {
        if (done) {
            return;
        }
        if (!exists && zxid > lastRevision() && isInitialDelivered() && !reading) {
            known = 0;
            deliver(zxid, List.of(new Change.Removed(key())));
        } else if (!reading || exists) {
            // An event of which the server does not tell the zxid repeats what was missed; the reading tells the rest.
            context.watches().unsettled(this);
            read(zxid > 0 ? null : context.renewal().barrier(context.renewal().mark()));
        }
    }

    private void read(Renewal.@Nullable Barrier barrier) {
        int current = ++generation;
        reading = true;
        context.watches().armed(this);
        context.wire().watchedData(this, path, context.watches(), (code, data, stat) -> {
            if (current == generation) {
                reading = false;
                answered(code, data, stat, barrier == null ? 0 : barrier.revision());
            }
        });
    }

    private void answered(Code code, byte @Nullable [] data, Stat stat, long barrier) {
        if (code == Code.OK) {
            context.stripes().observed(path, stat.getMzxid(), stat.getVersion());
            boolean isNew = known != stat.getMzxid();
            known = stat.getMzxid();
            Entry entry = PathMapping.entry(key(), data, stat);
            deliver(Math.max(known, barrier), isNew ? List.of(new Change.Put(entry)) : List.of());
        } else if (code == Code.NONODE) {
            context.watches().disarmed(this);
            boolean was = known != 0;
            known = 0;
            deliver(Math.max(barrier, lastRevision()), was ? List.of(new Change.Removed(key())) : List.of());
        } else {
            context.watches().disarmed(this);
            fail(Replies.failure(code, "reading the ticket " + key()));
            return;
        }
        settled();
    }
}

package io.quorate.remote;

import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Snapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The reading of a whole subtree, under a watch of its own that goes when the subtree has been read.
 *
 * <p>The watch is set ahead of the barrier: whatever changed before the watch has a smaller zxid than the barrier, whatever changed
 * later is announced with its own, so that what was read is true at the largest of these, even if nothing is there.
 */
final class SnapshotOperation extends ReadOperation<Snapshot> implements SubtreeReader.Reader, WatchRegistry.Target {

    private final Key prefix;
    private final String path;
    private final SubtreeReader subtree;
    private boolean registered;

    SnapshotOperation(SessionContext context, Key prefix) {
        super(context, Read.LATEST);
        this.prefix = prefix;
        this.path = context.paths().path(prefix);
        this.subtree = new SubtreeReader(context, this, path, true, this);
    }

    @Override
    List<Operation> ahead() {
        return context.dispatcher().aheadBelow(this, path);
    }

    @Override
    String node() {
        return path;
    }

    @Override
    boolean prepare() {
        if (!registered) {
            registered = true;
            context.watches().register(this);
        }
        context.watches().install(this);
        return true;
    }

    @Override
    void request() {
        subtree.load();
    }

    @Override
    public void consistent(Map<String, Optional<Entry>> fresh, boolean whole, long revision) {
        if (!counts()) {
            return;
        }
        List<Entry> entries = fresh.values().stream()
                .flatMap(Optional::stream)
                .sorted(Comparator.comparing(Entry::key))
                .toList();
        Snapshot snapshot = new Snapshot(prefix, Math.max(revision, barrierRevision()), entries);
        context.dispatcher().done(this);
        finished();
        context.watches().afterSnapshot(path, () -> result.settle(snapshot));
    }

    @Override
    public void unreadable(QuorateException cause) {
        fail(cause);
    }

    @Override
    void finished() {
        if (registered) {
            registered = false;
            context.watches().unregister(this);
        }
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public boolean isRecursive() {
        return true;
    }

    @Override
    public void onEvent(boolean exists, String changed, long zxid) {
        subtree.announce(changed, zxid);
    }
}

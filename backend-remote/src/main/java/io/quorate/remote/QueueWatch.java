package io.quorate.remote;

import io.quorate.backend.Change;
import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Scope;
import io.quorate.backend.TicketName;
import io.quorate.backend.WatchListener;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/**
 * A watch on the tickets of a queue: one reading at the beginning, afterwards events alone, whose paths tell everything.
 *
 * <p><b>One commit, one batch.</b> The end of a session removes all its tickets in one commit, which arrives as several events
 * of one zxid. Nothing tells that an event was the last one of its zxid, except a later one, or any later reply. Asking for
 * one would cost a round trip with each hand-over of a lock. But names tell the owner (see {@link TicketDesk#newId}): if the
 * ticket that left was the only one of its owner in the queue, the commit cannot have removed another one, and the batch is
 * delivered at once, without a request. Otherwise the queue is read again: the reply comes behind all events of the commit.
 * A ticket joins alone, since an enqueue is a commit of its own.
 *
 * <p>What remains is a commit by which an operator deletes tickets of several owners at once: its first events may be
 * delivered before the others arrive. The latter then come with a revision that was delivered already; the queue is read
 * again behind a barrier, and what is missing is delivered with the revision of that.
 */
final class QueueWatch extends ServedWatch {

    /** News of one child. */
    private record News(boolean joined, QueueEntry place, long zxid) {}

    private final Map<String, QueueEntry> view = new HashMap<>();
    private final List<News> pending = new ArrayList<>();
    private boolean reading;
    private boolean flushing;
    private int generation;
    private long announced;

    QueueWatch(SessionContext context, Key key, WatchListener listener) {
        super(context, key, Scope.QUEUE, listener);
    }

    @Override
    void load() {
        read(null);
    }

    @Override
    void stop() {
        generation++;
        pending.clear();
    }

    @Override
    public boolean isRecursive() {
        return true;
    }

    @Override
    public boolean owesBefore(long revision) {
        return isInitialDelivered() && pending.stream().anyMatch(news -> news.zxid() < revision);
    }

    @Override
    public void onEvent(boolean exists, String changed, long zxid) {
        if (done || changed.length() <= path.length()) {
            return;
        }
        Optional<QueueEntry> place = place(changed.substring(path.length() + 1));
        if (place.isEmpty()) {
            return;
        }
        announced = Math.max(announced, zxid);
        context.watches().unsettled(this);
        pending.add(new News(exists, place.get(), zxid));
        if (!reading && !flushing) {
            // Whatever else has arrived together with this event is delivered together with it.
            flushing = true;
            context.lane().post(this::flush);
        }
    }

    private Optional<QueueEntry> place(String name) {
        return TicketName.parse(name).map(parsed -> new QueueEntry(key().child(name), parsed));
    }

    private void flush() {
        flushing = false;
        if (done || reading || pending.isEmpty()) {
            return;
        }
        if (pending.stream().anyMatch(news -> news.zxid() <= lastRevision())) {
            read(context.renewal().barrier(context.renewal().mark()));
            return;
        }
        List<News> last = new ArrayList<>();
        for (News news : new ArrayList<>(pending)) {
            if (!last.isEmpty() && last.get(0).zxid() != news.zxid()) {
                deliver(last);
                last.clear();
            }
            last.add(news);
        }
        if (done) {
            return;
        }
        if (mayBeIncomplete(last)) {
            read(null);
            return;
        }
        deliver(last);
        settled();
    }

    private boolean mayBeIncomplete(List<News> commit) {
        for (News news : commit) {
            String owner = TicketDesk.owner(news.place().name());
            boolean alone = news.joined()
                    || view.values().stream()
                            .filter(other -> commit.stream()
                                    .noneMatch(left -> left.place().equals(other)))
                            .noneMatch(other -> TicketDesk.owner(other.name()).equals(owner));
            if (!alone) {
                return true;
            }
        }
        return false;
    }

    private void deliver(List<News> commit) {
        pending.removeAll(commit);
        List<Change> changes = new ArrayList<>();
        for (News news : commit) {
            String name = news.place().key().name();
            if (news.joined() && view.putIfAbsent(name, news.place()) == null) {
                changes.add(new Change.Joined(news.place()));
            } else if (!news.joined() && view.remove(name) != null) {
                changes.add(new Change.Left(news.place()));
            }
        }
        deliver(commit.get(0).zxid(), changes);
    }

    /** Reads the queue. The events that arrive before the reply are part of what it shows. */
    private void read(Renewal.@org.jspecify.annotations.Nullable Barrier barrier) {
        int current = ++generation;
        reading = true;
        context.wire().children(this, path, (code, names, stat) -> {
            if (current == generation) {
                reading = false;
                answered(code, names, stat, barrier == null ? 0 : barrier.revision());
            }
        });
    }

    private void answered(Code code, List<String> names, Stat stat, long barrier) {
        if (code != Code.OK && code != Code.NONODE) {
            fail(Replies.failure(code, "reading the queue " + key()));
            return;
        }
        pending.clear();
        long changed = code == Code.OK ? Math.max(stat.getCzxid(), stat.getPzxid()) : 0;
        List<Change> changes = differences(TicketDesk.places(key(), names));
        deliver(Math.max(Math.max(changed, announced), barrier), changes);
        settled();
    }

    private List<Change> differences(List<QueueEntry> places) {
        Map<String, QueueEntry> now = new HashMap<>();
        places.forEach(place -> now.put(place.key().name(), place));
        List<Change> changes = new ArrayList<>();
        List<QueueEntry> left = new ArrayList<>(view.values());
        left.sort(Comparator.comparing(QueueEntry::name, TicketName.FIFO));
        for (QueueEntry place : left) {
            if (!now.containsKey(place.key().name())) {
                changes.add(new Change.Left(place));
            }
        }
        for (QueueEntry place : places) {
            if (!view.containsKey(place.key().name())) {
                changes.add(new Change.Joined(place));
            }
        }
        view.clear();
        view.putAll(now);
        return changes;
    }
}

package io.quorate.embedded.session;

import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.Op;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Ticket;
import java.util.List;

/** Translates between the keys that a session uses and those of the state. */
record Namespace(Key root) {

    Key absolute(Key key) {
        if (root.isRoot()) {
            return key;
        }
        return key.isRoot() ? root : root.resolve(key.toString());
    }

    Key relative(Key key) {
        if (root.isRoot()) {
            return key;
        }
        String tail = key.toString().substring(root.toString().length());
        return tail.isEmpty() ? Key.ROOT : Key.of(tail);
    }

    Entry relative(Entry entry) {
        return root.isRoot()
                ? entry
                : new Entry(
                        relative(entry.key()),
                        entry.value(),
                        entry.createRevision(),
                        entry.modRevision(),
                        entry.owner(),
                        entry.createdAt());
    }

    QueueEntry relative(QueueEntry place) {
        return root.isRoot() ? place : new QueueEntry(relative(place.key()), place.name());
    }

    Listing relative(Key parent, Listing listing) {
        if (root.isRoot()) {
            return listing;
        }
        List<Key> keys = listing.keys().stream().map(this::relative).toList();
        List<Entry> entries = listing.entries().stream().map(this::relative).toList();
        return new Listing(parent, parent.isRoot() || listing.parentExists(), keys, entries);
    }

    Snapshot relative(Key prefix, Snapshot snapshot) {
        if (root.isRoot()) {
            return snapshot;
        }
        List<Entry> entries = snapshot.entries().stream()
                .map(this::relative)
                .filter(entry -> !entry.key().isRoot())
                .toList();
        return new Snapshot(prefix, snapshot.revision(), entries);
    }

    Ticket relative(Ticket ticket) {
        return root.isRoot()
                ? ticket
                : new Ticket(
                        relative(ticket.queue()),
                        relative(ticket.place()),
                        ticket.revision(),
                        ticket.owner(),
                        ticket.ahead().stream().map(this::relative).toList());
    }

    Commit absolute(Commit commit) {
        if (root.isRoot()) {
            return commit;
        }
        List<Guard> guards = commit.guards().stream().map(this::absolute).toList();
        List<Op> ops = commit.ops().stream().map(this::absolute).toList();
        return new Commit(guards, ops);
    }

    private Guard absolute(Guard guard) {
        Key key = absolute(guard.key());
        if (guard instanceof Guard.Unchanged unchanged) {
            return new Guard.Unchanged(key, unchanged.modRevision());
        }
        return guard instanceof Guard.HeldBy held ? new Guard.HeldBy(key, held.revision()) : new Guard.Exists(key);
    }

    private Op absolute(Op op) {
        Key key = absolute(op.key());
        if (op instanceof Op.Create create) {
            return new Op.Create(key, create.value(), create.lifetime());
        }
        return op instanceof Op.Update update
                ? new Op.Update(key, update.value(), update.expectedRevision())
                : new Op.Delete(key, ((Op.Delete) op).expectedRevision());
    }
}

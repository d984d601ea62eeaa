package io.quorate.embedded.tree;

import io.quorate.backend.Bytes;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.SessionId;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state at one index: the tree of nodes and the table of sessions.
 *
 * <p>Members that have applied the same transactions have equal states, and {@link #digest()} says so. It is confined to one
 * thread, the member's; what its methods return is immutable and may be handed on.
 */
public final class StateMachine {

    private final Rules rules;
    private final ZnodeTree tree;
    private final SessionTable sessions;
    private final DiskTable disks;
    private long appliedIndex;
    private int snapshots;
    private @Nullable SnapshotWriter snapshot;

    /** Creates the state at index 0: the root, and no session. */
    public StateMachine() {
        this(Rules.SOUND);
    }

    StateMachine(Rules rules) {
        this(rules, 0, new ZnodeTree(rules), new SessionTable(), new DiskTable());
    }

    StateMachine(Rules rules, long appliedIndex, ZnodeTree tree, SessionTable sessions, DiskTable disks) {
        this.rules = rules;
        this.appliedIndex = appliedIndex;
        this.tree = tree;
        this.sessions = sessions;
        this.disks = disks;
    }

    Rules rules() {
        return rules;
    }

    ZnodeTree tree() {
        return tree;
    }

    SessionTable sessionTable() {
        return sessions;
    }

    // ---- the one way to change the state

    /**
     * Applies the transaction of the next index.
     *
     * @throws IllegalStateException if the index is not the next one, or if the transaction does not fit the state, which then
     *     has diverged from the leader's: the state is unusable and the member must halt
     */
    public Applied apply(long index, Txn txn) {
        if (index != appliedIndex + 1) {
            throw new IllegalStateException("index " + index + " does not follow " + appliedIndex);
        }
        Applied applied = applyAny(index, txn);
        appliedIndex = index;
        return applied;
    }

    /**
     * Notes at the next index that a disk of a member counts, and none that it had before.
     *
     * @throws IllegalStateException if the index is not the next one
     */
    public Applied admit(long index, int member, long disk) {
        Applied applied = apply(index, new Txn.NoOp());
        disks.admit(member, disk);
        return applied;
    }

    private Applied applyAny(long index, Txn txn) {
        if (txn instanceof Txn.Write write) {
            return applyWrite(index, write);
        }
        if (txn instanceof Txn.OpenSession open) {
            return applyOpenSession(index, open);
        }
        if (txn instanceof Txn.CloseSession close) {
            return applyCloseSession(index, close);
        }
        List<NodeChange> changes = txn.changes();
        for (int i = 0; i < changes.size(); i++) {
            delete(index, changes.get(i).path());
        }
        return new Applied(index, 0, 0, Result.Done.INSTANCE, changes);
    }

    private Applied applyWrite(long index, Txn.Write write) {
        SessionRecord session = sessions.get(write.session());
        List<NodeChange> changes = rules.applied(write.changes());
        for (int i = 0; i < changes.size(); i++) {
            applyChange(index, write.timeMillis(), session, changes.get(i));
        }
        sessions.remember(session, write.operation(), write.acknowledged(), index, write.result());
        return new Applied(index, write.session(), write.operation(), write.result(), changes);
    }

    private void applyChange(long index, long timeMillis, SessionRecord session, NodeChange change) {
        if (change instanceof NodeChange.Created created) {
            create(index, timeMillis, session, created);
        } else if (change instanceof NodeChange.Updated updated) {
            tree.update(index, timeMillis, updated);
        } else {
            delete(index, change.path());
        }
    }

    private void create(long index, long timeMillis, SessionRecord session, NodeChange.Created created) {
        if (created.kind() == NodeKind.EPHEMERAL) {
            Znode node = tree.create(index, timeMillis, created, session.id);
            session.ephemerals.add(node);
            session.ephemeralPathBytes += Paths.utf8Length(created.path());
        } else {
            tree.create(index, timeMillis, created, created.ttlMillis());
        }
    }

    private void delete(long index, String path) {
        Znode node = tree.delete(index, path);
        if (node.isEphemeral()) {
            SessionRecord owner = sessions.get(node.owner);
            owner.ephemerals.remove(node);
            owner.ephemeralPathBytes -= Paths.utf8Length(path);
        }
    }

    private Applied applyOpenSession(long index, Txn.OpenSession open) {
        sessions.add(
                new SessionRecord(index, open.password(), open.timeoutMillis(), open.ownerName(), open.timeMillis()));
        return new Applied(index, index, 0, Result.Done.INSTANCE, List.of());
    }

    private Applied applyCloseSession(long index, Txn.CloseSession close) {
        SessionRecord session = sessions.get(close.session());
        List<NodeChange> changes = close.changes();
        for (int i = 0; i < changes.size(); i++) {
            delete(index, changes.get(i).path());
        }
        if (!session.ephemerals.isEmpty()) {
            throw new IllegalStateException("session " + session.id + " ends, but not all it owns: this member's state"
                    + " has diverged and it must halt");
        }
        sessions.remove(session);
        return new Applied(index, session.id, 0, Result.Done.INSTANCE, changes);
    }

    // ---- positions and totals

    /** Returns the index of the last transaction that was applied. */
    public long appliedIndex() {
        return appliedIndex;
    }

    /** Returns the digest of everything that is replicated, the index included. */
    public long digest() {
        return digest(appliedIndex, tree.digest(), sessions.digest() + disks.digest());
    }

    static long digest(long index, long nodes, long sessions) {
        return Digest.mix(index) + nodes + sessions;
    }

    /** Returns the number of nodes, the root included. */
    public long nodes() {
        return tree.nodes();
    }

    /** Returns an estimate of the heap that the nodes take, in bytes; equal on all members. */
    public long totalBytes() {
        return tree.bytes();
    }

    /** Returns the disks of members that came back with another one than they had, by the ids of the members. */
    public Map<Integer, Long> disks() {
        return disks.all();
    }

    // ---- sessions

    /** Returns a session, or empty if it is not open. */
    public Optional<SessionView> session(long id) {
        return Optional.ofNullable(sessions.find(id)).map(SessionRecord::view);
    }

    /** Returns all open sessions, in the order in which they were opened. */
    public List<SessionView> sessions() {
        return sessions.all().stream().map(SessionRecord::view).toList();
    }

    /** Returns whether the session is open and has this password. Takes equally long for any wrong password. */
    public boolean authenticates(long session, byte[] password) {
        SessionRecord record = sessions.find(session);
        return record != null && MessageDigest.isEqual(record.password, password);
    }

    /**
     * Returns the remembered answer of an operation, or empty if it has not been applied or was acknowledged. The index in it has
     * been applied.
     */
    public Optional<Verdict.Answer> answer(long session, long operation) {
        SessionRecord record = sessions.find(session);
        return record == null || !record.remembers(operation)
                ? Optional.empty()
                : Optional.of(new Verdict.Answer(record.index(operation), record.result(operation)));
    }

    // ---- reading

    /** Returns the metadata of a node, or empty if it does not exist. */
    public Optional<Stat> stat(Key key) {
        return Optional.ofNullable(tree.find(key.toString())).map(Znode::stat);
    }

    /** Reads one entry. */
    public Optional<Entry> get(Key key) {
        Znode node = tree.find(key.toString());
        return node == null ? Optional.empty() : Optional.of(entry(key, node));
    }

    /** Reads the direct children of a key, in creation order. */
    public Listing list(Key parent, Content content) {
        Znode node = tree.find(parent.toString());
        List<Key> keys = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        for (Znode child = node == null ? null : node.firstChild(); child != null; child = child.next) {
            QueueEntry place = child.place;
            Key key = place == null ? parent.child(child.name) : place.key();
            keys.add(key);
            if (content == Content.ENTRIES) {
                entries.add(entry(key, child));
            }
        }
        return new Listing(parent, node != null, keys, entries);
    }

    /** Visits an entry and all below it, each parent before its children and these in creation order. */
    public void visit(Key prefix, Consumer<Entry> visitor) {
        Znode top = tree.find(prefix.toString());
        if (top != null) {
            visit(prefix, top, visitor);
        }
    }

    private static void visit(Key key, Znode node, Consumer<Entry> visitor) {
        visitor.accept(entry(key, node));
        for (Znode child = node.firstChild(); child != null; child = child.next) {
            visit(key.child(child.name), child, visitor);
        }
    }

    /** Reads a whole subtree, without the root of the tree, which is no entry. */
    public Snapshot snapshot(Key prefix) {
        List<Entry> entries = new ArrayList<>();
        visit(prefix, entry -> {
            if (!entry.key().isRoot()) {
                entries.add(entry);
            }
        });
        entries.sort((a, b) -> a.key().compareTo(b.key()));
        return new Snapshot(prefix, appliedIndex, entries);
    }

    /** Returns the tickets of a queue, first come first. */
    public List<QueueEntry> queue(Key queue) {
        Znode node = tree.find(queue.toString());
        return node == null ? List.of() : tickets(queue, node, null);
    }

    /**
     * Returns a ticket that exists, with those that are ahead of it now. Right after the ticket was created these are those that
     * were ahead of it then; nobody can come in ahead later.
     */
    public Optional<Ticket> ticket(Key key) {
        Znode node = tree.find(key.toString());
        if (node == null || node.parent == null || !node.isEphemeral() || !Paths.isTicket(node.name)) {
            return Optional.empty();
        }
        Key queue = key.parent().orElseThrow();
        return Optional.of(new Ticket(
                queue, place(queue, node), node.czxid, new SessionId(node.owner), tickets(queue, node.parent, node)));
    }

    /**
     * Returns a ticket that was created and is gone again, with those ahead of it that are there now: whoever is in the queue and came before.
     *
     * @param index the index at which it was created
     * @param owner the session that it was created for
     */
    public Ticket removedTicket(Key key, long index, SessionId owner) {
        Key queue = key.parent().orElseThrow();
        QueueEntry place = new QueueEntry(key, TicketName.parse(key.name()).orElseThrow());
        List<QueueEntry> ahead = new ArrayList<>();
        for (QueueEntry each : queue(queue)) {
            Znode node = tree.find(each.key().toString());
            if (node != null && node.czxid < index) {
                ahead.add(each);
            }
        }
        return new Ticket(queue, place, index, owner, ahead);
    }

    private static List<QueueEntry> tickets(Key queue, Znode node, @Nullable Znode end) {
        List<QueueEntry> places = new ArrayList<>();
        for (Znode child = node.firstChild(); child != null && child != end; child = child.next) {
            if (child.place != null || (child.isEphemeral() && Paths.isTicket(child.name))) {
                places.add(place(queue, child));
            }
        }
        return places;
    }

    /** Returns the place of a ticket. It is kept with the node, since everybody who queues up behind it asks for it. */
    private static QueueEntry place(Key queue, Znode ticket) {
        QueueEntry place = ticket.place;
        if (place == null) {
            String name = ticket.name;
            int id = Paths.ticketId(name);
            TicketName parts = new TicketName(
                    name.substring(0, id - 1), name.substring(id, id + 32), Integer.parseInt(name.substring(id + 33)));
            place = new QueueEntry(queue.child(name), parts);
            ticket.place = place;
        }
        return place;
    }

    private static Entry entry(Key key, Znode node) {
        return new Entry(
                key,
                node.data == null ? null : Bytes.of(node.data),
                node.czxid,
                node.mzxid,
                node.isEphemeral() ? new SessionId(node.owner) : null,
                Instant.ofEpochMilli(node.ctime));
    }

    // ---- what the leader may remove

    /**
     * Returns nodes that nobody needs any more: containers that have lost their last child, and childless nodes that have
     * outlived their time. The leader asks from time to time and proposes a {@link Request.Reap} of them.
     *
     * @param nowMillis the wall clock
     * @param max the most to return
     */
    public List<String> reapable(long nowMillis, int max) {
        List<String> paths = new ArrayList<>();
        for (Znode node : tree.spentContainers()) {
            if (paths.size() >= max) {
                return paths;
            }
            paths.add(node.path());
        }
        for (Znode node : tree.ttlNodes()) {
            if (paths.size() >= max) {
                return paths;
            }
            if (node.childCount() == 0 && hasOutlived(node, nowMillis)) {
                paths.add(node.path());
            }
        }
        return paths;
    }

    /** Returns whether a TTL node was last modified longer ago than it is to live. */
    static boolean hasOutlived(Znode node, long nowMillis) {
        return nowMillis - node.mtime > node.owner;
    }

    // ---- snapshots

    /**
     * Begins a snapshot of the state as it is now. The state may change while the snapshot is being written.
     *
     * @throws IllegalStateException if another one has not been finished or closed
     */
    public SnapshotWriter beginSnapshot() {
        if (snapshot != null) {
            throw new IllegalStateException("one snapshot is under way: finish or close it first");
        }
        SnapshotWriter writer = new SnapshotWriter(this, ++snapshots);
        observe(writer);
        return writer;
    }

    void endSnapshot() {
        observe(null);
    }

    private void observe(@Nullable SnapshotWriter writer) {
        snapshot = writer;
        tree.observe(writer);
        sessions.observe(writer);
    }

    // ---- checking

    /**
     * Checks from scratch everything that is kept up to date step by step. Takes time in proportion to the whole state.
     *
     * @throws IllegalStateException naming what does not hold; the member must halt
     */
    public void checkInvariants() {
        new Invariants(this).check();
    }
}

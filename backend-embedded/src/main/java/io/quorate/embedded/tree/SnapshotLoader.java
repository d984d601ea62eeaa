package io.quorate.embedded.tree;

import io.quorate.backend.Key;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Rebuilds the state from the chunks of a snapshot, in their order, and compares its digest with the one in the header.
 *
 * <p>After an exception the loader is useless. Nothing is allocated for what a chunk merely claims to contain.
 */
public final class SnapshotLoader {

    private final Rules rules;
    private final Znode root = new Znode(null, "", NodeKind.PERSISTENT);
    private final ZnodeTree tree;
    private final SessionTable sessions = new SessionTable();
    private final DiskTable disks = new DiskTable();
    private final Set<Znode> unsorted = new LinkedHashSet<>();
    private String lastParentPath = "";
    private Znode lastParent = root;
    private boolean begun;
    private boolean ended;
    private long index;
    private long digest;
    private long nodesRead;
    private long sessionsRead;

    /** Creates a loader that expects the first chunk. */
    public SnapshotLoader() {
        this(Rules.SOUND);
    }

    SnapshotLoader(Rules rules) {
        this.rules = rules;
        this.tree = new ZnodeTree(rules, root);
        root.czxid = Znode.UNREAD;
    }

    /**
     * Reads the next chunk, to the limit of the buffer.
     *
     * @throws MalformedDataException if it does not continue a snapshot of this version
     */
    public void accept(ByteBuffer chunk) {
        BinaryInput input = new BinaryInput(chunk);
        while (!input.isAtEnd()) {
            if (ended) {
                throw new MalformedDataException("bytes follow the end of the snapshot");
            }
            read(input, input.octet());
        }
    }

    /**
     * Returns the state, once the last chunk has been read.
     *
     * @throws MalformedDataException if the snapshot is incomplete, or is not the state that its header announced
     */
    public StateMachine finish() {
        if (!ended) {
            throw new MalformedDataException("the snapshot is cut short after " + nodesRead + " nodes");
        }
        for (Znode parent : unsorted) {
            if (parent.children != null) {
                parent.children.sort();
            }
        }
        count();
        StateMachine state = new StateMachine(rules, index, tree, sessions, disks);
        if (state.digest() != digest) {
            throw new MalformedDataException(
                    "the digest of the snapshot at index " + index + " does not match its header");
        }
        try {
            state.checkInvariants();
        } catch (IllegalStateException e) {
            throw new MalformedDataException("the snapshot at index " + index + " is inconsistent", e);
        }
        return state;
    }

    private void read(BinaryInput input, int type) {
        if (begun != (type != SnapshotWriter.HEADER)) {
            throw new MalformedDataException("a snapshot begins with one header");
        }
        switch (type) {
            case SnapshotWriter.HEADER -> readHeader(input);
            case SnapshotWriter.SESSION -> readSession(input);
            case SnapshotWriter.NODE -> readNode(input);
            case SnapshotWriter.END -> readEnd(input);
            case SnapshotWriter.DISK -> readDisk(input);
            default -> throw new MalformedDataException("no record of a snapshot has the type " + type);
        }
    }

    private void readHeader(BinaryInput input) {
        if (input.fixed() != SnapshotWriter.MAGIC) {
            throw new MalformedDataException("these bytes are no snapshot");
        }
        int version = input.octet();
        if (version != SnapshotWriter.VERSION) {
            throw new MalformedDataException("a snapshot of version " + version
                    + " needs another release: this one reads " + SnapshotWriter.VERSION + " only");
        }
        begun = true;
        index = input.number();
        digest = input.fixed();
    }

    private void readEnd(BinaryInput input) {
        long nodes = input.number();
        long sessionCount = input.number();
        if (nodes != nodesRead || sessionCount != sessionsRead) {
            throw new MalformedDataException("the snapshot has " + nodes + " nodes and " + sessionCount
                    + " sessions, but " + nodesRead + " and " + sessionsRead + " were read");
        }
        ended = true;
    }

    private void readDisk(BinaryInput input) {
        int member = input.count(Integer.MAX_VALUE);
        if (disks.contains(member)) {
            throw new MalformedDataException("the disk of member " + member + " occurs twice");
        }
        disks.admit(member, input.fixed());
    }

    private void readSession(BinaryInput input) {
        SessionRecord session = new SessionRecord(
                input.positive(),
                input.raw(Txn.OpenSession.PASSWORD_BYTES),
                input.count(Integer.MAX_VALUE),
                input.text(Request.OpenSession.MAX_OWNER_NAME * 3),
                input.signed());
        long acknowledged = input.number();
        if (acknowledged < 0 || acknowledged > Long.MAX_VALUE - TreeLimits.HARD_RESULTS) {
            throw new MalformedDataException("session " + session.id + " has acknowledged " + acknowledged);
        }
        session.acknowledged = acknowledged;
        session.lastOperation = acknowledged;
        int results = input.elements(TreeLimits.HARD_RESULTS);
        for (int i = 0; i < results; i++) {
            session.remember(input.positive(), ResultCodec.read(input));
        }
        if (sessions.find(session.id) != null) {
            throw new MalformedDataException("session " + session.id + " occurs twice");
        }
        sessions.add(session);
        sessionsRead++;
    }

    private void readNode(BinaryInput input) {
        String path = input.text(Key.MAX_BYTES);
        if (!Paths.ROOT.equals(path) && !Paths.isWalkable(path)) {
            throw new MalformedDataException("a node has no valid path");
        }
        Znode node = place(path);
        if (node.czxid != Znode.UNREAD) {
            throw new MalformedDataException(path + " occurs twice");
        }
        node.kind = NodeKind.of(input.octet());
        node.owner = input.number();
        node.czxid = input.number();
        node.mzxid = input.number();
        node.pzxid = input.number();
        node.ctime = input.signed();
        node.mtime = input.signed();
        node.version = input.signedInt();
        node.aversion = input.signedInt();
        int cversion = input.signedInt();
        int sequence = input.signedInt();
        if (cversion != 0 || sequence != 0) {
            node.childrenForChange().cversion = cversion;
            node.childrenForChange().sequence = sequence;
        }
        node.data = input.data();
        if (node.czxid < 0) {
            throw new MalformedDataException(path + " was created at " + node.czxid);
        }
        nodesRead++;
        noteOrder(node);
    }

    /** Returns the node of a path; what is missing on the way is put there to be read later. */
    private Znode place(String path) {
        if (Paths.isRoot(path)) {
            return root;
        }
        int slash = path.lastIndexOf('/');
        // Most nodes come behind a sibling, so that the way to their parent was found already.
        if (slash != lastParentPath.length() || !path.startsWith(lastParentPath)) {
            lastParentPath = path.substring(0, slash);
            lastParent = parent(path, slash);
        }
        return below(lastParent, path, slash + 1, path.length());
    }

    /** Returns the node of the first {@code length} characters of a path. */
    private Znode parent(String path, int length) {
        Znode node = root;
        int start = 1;
        while (start < length) {
            int end = path.indexOf('/', start);
            node = below(node, path, start, end);
            start = end + 1;
        }
        return node;
    }

    private static Znode below(Znode parent, String path, int start, int end) {
        Znode present = parent.child(path, start, end);
        if (present != null) {
            return present;
        }
        Znode child = new Znode(parent, path.substring(start, end), NodeKind.PERSISTENT);
        child.czxid = Znode.UNREAD;
        parent.childrenForChange().append(child);
        return child;
    }

    private void noteOrder(Znode node) {
        Znode parent = node.parent;
        if (parent != null
                && (node.next != null
                        || (node.previous != null && Children.CREATION_ORDER.compare(node.previous, node) > 0))) {
            unsorted.add(parent);
        }
    }

    /** Counts every node and gives it to its session, now that all are complete. */
    private void count() {
        for (Znode node = root; node != null; node = ZnodeTree.following(node, true)) {
            if (node.czxid == Znode.UNREAD) {
                throw new MalformedDataException("the snapshot lacks " + node.path());
            }
            tree.add(node);
            if (node.isEphemeral()) {
                own(node);
            }
        }
    }

    private void own(Znode node) {
        SessionRecord session = sessions.find(node.owner);
        if (session == null) {
            throw new MalformedDataException(
                    node.path() + " belongs to session " + node.owner + ", which is not there");
        }
        session.ephemerals.add(node);
        session.ephemeralPathBytes += Paths.utf8Length(node.path());
    }
}

package io.quorate.remote;

import io.quorate.backend.Bytes;
import io.quorate.backend.Entry;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.SessionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/** Where the keys of a session lie in ZooKeeper's tree, and how its nodes read as entries. */
final class PathMapping {

    /** The mark in the high byte of {@code ephemeralOwner} by which ZooKeeper tells nodes with a time to live. */
    private static final int TTL_MARK = 0xff;

    private final String root;
    private final String privateRoot;

    /**
     * Creates the mapping.
     *
     * @param backend the namespace of the backend, below which the adapter's own nodes lie
     * @param session the namespace of the session, relative to that
     */
    PathMapping(Key backend, Key session) {
        String base = backend.isRoot() ? "" : backend.toString();
        root = session.isRoot() ? base : base + session;
        privateRoot = base + "/quorate";
    }

    /** Returns the node under which the adapter keeps what is its own. */
    String privateRoot() {
        return privateRoot;
    }

    /** Returns the path of a key. */
    String path(Key key) {
        if (key.isRoot()) {
            return root.isEmpty() ? "/" : root;
        }
        return root + key;
    }

    /** Returns the path of a child. */
    static String child(String parent, String name) {
        return parent.equals("/") ? "/" + name : parent + "/" + name;
    }

    /** Returns the path above, or null for the root. */
    static @Nullable String parent(String path) {
        int slash = path.lastIndexOf('/');
        if (path.length() == 1) {
            return null;
        }
        return slash == 0 ? "/" : path.substring(0, slash);
    }

    /** Returns the paths above, from the top down, without the root. */
    static List<String> ancestors(String path) {
        List<String> result = new ArrayList<>();
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            result.add(path.substring(0, slash));
        }
        return result;
    }

    static boolean isAtOrBelow(String path, String prefix) {
        return prefix.equals("/")
                || (path.startsWith(prefix)
                        && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/'));
    }

    /**
     * Returns the key of a path; empty for what no key can name: the session's root, the nodes that ZooKeeper and the
     * adapter keep for themselves, and names that the grammar of keys does not allow.
     */
    Optional<Key> key(String path) {
        if (!path.startsWith(root) || path.length() <= root.length() + 1 || path.charAt(root.length()) != '/') {
            return Optional.empty();
        }
        if (isAtOrBelow(path, privateRoot)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Key.of(path.substring(root.length())));
        } catch (InvalidKeyException foreign) {
            return Optional.empty();
        }
    }

    /** Returns the keys of a node's children that have one. */
    Optional<Key> childKey(Key parent, String name) {
        return key(child(path(parent), name));
    }

    static Entry entry(Key key, byte @Nullable [] data, Stat stat) {
        return new Entry(
                key,
                data == null ? null : Bytes.of(data),
                stat.getCzxid(),
                Math.max(stat.getCzxid(), stat.getMzxid()),
                owner(stat.getEphemeralOwner()),
                Instant.ofEpochMilli(stat.getCtime()));
    }

    /** Tells a session from the marks by which ZooKeeper tells containers and nodes with a time to live. */
    private static @Nullable SessionId owner(long ephemeralOwner) {
        boolean special = ephemeralOwner == 0 || ephemeralOwner == Long.MIN_VALUE || ephemeralOwner >>> 56 == TTL_MARK;
        return special ? null : new SessionId(ephemeralOwner);
    }
}

package io.quorate.backend.testing;

import io.quorate.backend.Entry;
import io.quorate.backend.Key;

/** Translates between the keys of a session and those of the service. */
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
        return key.equals(root)
                ? Key.ROOT
                : Key.of(key.toString().substring(root.toString().length()));
    }

    Entry relative(Entry entry) {
        return new Entry(
                relative(entry.key()),
                entry.value(),
                entry.createRevision(),
                entry.modRevision(),
                entry.owner(),
                entry.createdAt());
    }
}

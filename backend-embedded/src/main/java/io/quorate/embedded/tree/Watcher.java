package io.quorate.embedded.tree;

import io.quorate.backend.Key;
import io.quorate.backend.Scope;

/**
 * A watch as the member that serves its session knows it.
 *
 * @param session the id of the session
 * @param id what the session front end calls it; unique within the session
 * @param key what is watched, absolute
 * @param scope how much of it
 */
public record Watcher(long session, long id, Key key, Scope scope) {

    /** Checks that there is something to watch. */
    public Watcher {
        if (key.isRoot() && scope != Scope.SUBTREE) {
            throw new IllegalArgumentException("the root can be watched as a subtree only");
        }
    }
}

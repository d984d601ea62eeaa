package io.quorate.remote;

import io.quorate.backend.Commit;
import io.quorate.backend.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.OpResult;
import org.jspecify.annotations.Nullable;

/**
 * The parents that one commit has to create.
 *
 * <p>A commit is first sent in the belief that all parents exist. When ZooKeeper objects, the ancestors of all keys to be created
 * are looked up, and the missing ones become part of the transaction.
 */
final class MissingParents {

    private final SessionContext context;
    private boolean asked;
    private @Nullable Set<String> existing;

    MissingParents(SessionContext context) {
        this.context = context;
    }

    /** Makes the next attempt look up the ancestors. */
    void lookUp() {
        asked = true;
        existing = null;
    }

    /** Returns whether nothing needs to be looked up; if not, does so and sends the commit again. */
    boolean known(SlottedWrite write, Commit commit, PathMapping paths) {
        if (!asked || existing != null) {
            return true;
        }
        Set<String> ancestors = new LinkedHashSet<>();
        for (Op op : commit.ops()) {
            if (op instanceof Op.Create create) {
                ancestors.addAll(PathMapping.ancestors(paths.path(create.key())));
            }
        }
        List<String> asking = new ArrayList<>(ancestors);
        List<org.apache.zookeeper.Op> reads =
                asking.stream().map(org.apache.zookeeper.Op::getData).toList();
        context.wire().multi(write, reads, (code, results) -> {
            if (results.isEmpty()) {
                write.failNow(Replies.failure(code, "looking up parents"));
                return;
            }
            existing = existing(asking, results);
            write.send();
        });
        return false;
    }

    private static Set<String> existing(List<String> asking, List<OpResult> results) {
        Set<String> found = new HashSet<>();
        for (int i = 0; i < asking.size(); i++) {
            if (!Replies.isNoNode(results.get(i))) {
                found.add(asking.get(i));
            }
        }
        return found;
    }

    /** Returns a walk through the changes of the commit, in order. */
    Walk walk() {
        return new Walk(existing);
    }

    /** What exists while the changes of a commit apply one after the other. */
    static final class Walk {

        private final @Nullable Set<String> present;

        private Walk(@Nullable Set<String> existing) {
            present = existing == null ? null : new HashSet<>(existing);
        }

        /** Returns the ancestors that must be created before a key is, from the top down, and counts all as existing. */
        List<String> missingFor(String path) {
            List<String> missing = new ArrayList<>();
            if (present != null) {
                for (String ancestor : PathMapping.ancestors(path)) {
                    if (present.add(ancestor)) {
                        missing.add(ancestor);
                    }
                }
                present.add(path);
            }
            return missing;
        }

        void deleted(String path) {
            if (present != null) {
                present.remove(path);
            }
        }
    }
}

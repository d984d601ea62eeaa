package io.quorate.remote;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.ACL;

/**
 * The nodes that the adapter keeps for itself below the namespace of the backend.
 *
 * <pre>
 * quorate/sessions/&lt;session&gt;-&lt;slot&gt;   ephemeral, see {@link SlotPool}
 * quorate/incarnations/00 … 3f          persistent, see {@link IncarnationStripes}
 * </pre>
 */
final class Layout {

    private static final byte[] NO_DATA = new byte[0];

    private final String root;
    private final List<ACL> acl;

    Layout(String root, List<ACL> acl) {
        this.root = root;
        this.acl = acl;
    }

    String slot(long session, int slot) {
        return String.format(Locale.ROOT, "%s/sessions/%016x-%d", root, session, slot);
    }

    String stripe(int stripe) {
        return String.format(Locale.ROOT, "%s/incarnations/%02x", root, stripe);
    }

    /** Returns every persistent node, parents first. */
    List<String> persistent() {
        List<String> paths = new ArrayList<>(PathMapping.ancestors(root));
        paths.add(root);
        paths.add(root + "/sessions");
        paths.add(root + "/incarnations");
        for (int stripe = 0; stripe < IncarnationStripes.COUNT; stripe++) {
            paths.add(stripe(stripe));
        }
        return paths;
    }

    /**
     * Creates every persistent node, parents first, ahead of whatever is sent next. Those that exist are left as they are, which is why each
     * is a request of its own; what fails for another reason shows when the nodes are used.
     */
    void create(Wire wire, Operation owner) {
        for (String path : persistent()) {
            wire.multi(owner, List.of(creation(path)), (code, results) -> {});
        }
    }

    private Op creation(String path) {
        return Op.create(path, NO_DATA, acl, CreateMode.PERSISTENT);
    }

    /** Returns the request that reads every persistent node. */
    List<Op> read() {
        return persistent().stream().map(Op::getData).toList();
    }

    /** Returns what must be created, given the results of {@link #read()}; empty if all is there. */
    List<Op> missing(List<OpResult> results) {
        List<String> paths = persistent();
        List<Op> creations = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            if (Replies.isNoNode(results.get(i))) {
                creations.add(creation(paths.get(i)));
            }
        }
        return creations;
    }
}

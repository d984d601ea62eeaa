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

    /** Returns the creation of every persistent node, parents first. */
    List<Op> creations() {
        return persistent().stream()
                .map(path -> Op.create(path, NO_DATA, acl, CreateMode.PERSISTENT))
                .toList();
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
                creations.add(Op.create(paths.get(i), NO_DATA, acl, CreateMode.PERSISTENT));
            }
        }
        return creations;
    }
}

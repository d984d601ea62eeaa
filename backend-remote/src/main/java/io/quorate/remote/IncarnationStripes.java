package io.quorate.remote;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.zookeeper.Op;
import org.jspecify.annotations.Nullable;

/**
 * Makes ZooKeeper's version checks as exact as revisions.
 *
 * <p>A transaction of ZooKeeper can compare a node's version, but the version begins anew when the node is deleted and
 * created again, so that a check could take a new node for the old one. The adapter therefore counts creations: the keys
 * are spread over {@value #COUNT} stripes, each a node, and every transaction of the adapter that creates an entry also
 * writes the stripe of its key. If a stripe is still at the version that was read before a key was observed, no key of the
 * stripe has been created since, and a key that is there is the one that was observed, whatever made others vanish. Names of
 * tickets are unique for ever and need no stripe.
 *
 * <p>What has been observed is remembered for a bounded number of keys, least recently used out first. Confined to the lane.
 */
final class IncarnationStripes {

    /** The number of stripes. */
    static final int COUNT = 64;

    private static final int REMEMBERED = 10_000;

    private static final byte[] NO_DATA = new byte[0];

    /** A version that no node has, for checks that are known to fail. */
    static final int NO_VERSION = Integer.MIN_VALUE;

    private static final int UNKNOWN = -1;

    /**
     * A revision of a key, and by what ZooKeeper recognizes it.
     *
     * @param revision the modification zxid
     * @param version the version that goes with it
     * @param stripeVersion the version of the stripe at that time or before
     */
    record Observation(long revision, int version, int stripeVersion) {}

    private final Layout layout;
    private final int[] versions = new int[COUNT];
    private final Map<String, Observation> observations = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Observation> eldest) {
            return size() > REMEMBERED;
        }
    };

    IncarnationStripes(Layout layout) {
        this.layout = layout;
        Arrays.fill(versions, UNKNOWN);
    }

    static int stripeOf(String path) {
        int hash = path.hashCode() * 0x9E3779B9;
        return hash >>> 26;
    }

    String node(int stripe) {
        return layout.stripe(stripe);
    }

    /** Returns the operation that counts a creation. */
    Op bump(int stripe) {
        return Op.setData(layout.stripe(stripe), NO_DATA, -1);
    }

    /** Takes note of a stripe's version. */
    void stripeRead(int stripe, int version) {
        versions[stripe] = version;
    }

    /** Takes note that a stripe was not at the version that was supposed. */
    void forget(int stripe) {
        versions[stripe] = UNKNOWN;
        observations.keySet().removeIf(path -> stripeOf(path) == stripe);
    }

    /** Takes note of a key's state, which must be at least as new as the last reading of its stripe. */
    void observed(String path, long revision, int version) {
        int stripeVersion = versions[stripeOf(path)];
        if (stripeVersion == UNKNOWN) {
            return;
        }
        Observation known = observations.get(path);
        if (known == null || known.revision() <= revision) {
            observations.put(path, new Observation(revision, version, stripeVersion));
        }
    }

    /** Returns how a revision of a key can be recognized, or null if that is not known. */
    @Nullable
    Observation observation(String path, long revision) {
        Observation known = observations.get(path);
        return known != null && known.revision() == revision ? known : null;
    }

    /** Returns the newest revision of a key that has been seen, or null if none is remembered. */
    @Nullable
    Observation newest(String path) {
        return observations.get(path);
    }
}

package io.quorate.remote;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.jspecify.annotations.Nullable;

/**
 * The revisions that one commit expects, and the versions by which ZooKeeper can check them.
 *
 * <p>A revision that is not remembered is looked up together with the stripe of its key, in one atomic read. If the key turns
 * out to have a later revision, the expectation can never be met again, and the commit is sent with a check that fails, so
 * that the server names the first thing in the way. If it has an earlier one or none, the server may lag behind: the
 * look-up is repeated behind a barrier before that is believed.
 */
final class ExpectedRevisions {

    /** A revision that a key must have. */
    private record Expectation(String path, long revision) {}

    private final SessionContext context;
    private final Set<Expectation> required = new LinkedHashSet<>();
    private final Set<Expectation> hopeless = new HashSet<>();
    private Renewal.@Nullable Barrier barrier;
    private boolean behindBarrier;

    ExpectedRevisions(SessionContext context) {
        this.context = context;
    }

    void begin() {
        required.clear();
    }

    void require(String path, long revision) {
        required.add(new Expectation(path, revision));
    }

    /** Returns whether every expectation can be checked; if not, looks up what is missing and sends the commit again. */
    boolean known(SlottedWrite commit) {
        boolean known = true;
        Map<Integer, Integer> stripeVersions = new TreeMap<>();
        for (Expectation expectation : required) {
            known &= hopeless.contains(expectation) || agree(expectation, stripeVersions);
        }
        if (!known) {
            lookUp(commit);
        }
        return known;
    }

    /** Returns whether the key was observed at its revision, and at a version of its stripe that fits the other keys. */
    private boolean agree(Expectation expectation, Map<Integer, Integer> stripeVersions) {
        IncarnationStripes.Observation seen = context.stripes().observation(expectation.path(), expectation.revision());
        if (seen == null) {
            return false;
        }
        Integer other =
                stripeVersions.putIfAbsent(IncarnationStripes.stripeOf(expectation.path()), seen.stripeVersion());
        return other == null || other == seen.stripeVersion();
    }

    private void lookUp(SlottedWrite commit) {
        Set<Integer> stripes = new LinkedHashSet<>();
        // All keys of the stripes in question, so that their observations agree.
        required.forEach(expectation -> stripes.add(IncarnationStripes.stripeOf(expectation.path())));
        List<Expectation> wanted = new ArrayList<>(required);
        List<Op> reads = new ArrayList<>();
        stripes.forEach(stripe -> reads.add(Op.getData(context.stripes().node(stripe))));
        wanted.forEach(expectation -> reads.add(Op.getData(expectation.path())));
        barrier = behindBarrier ? context.renewal().barrier(context.renewal().mark()) : null;
        Renewal.Barrier before = barrier;
        context.wire().multi(commit, reads, (code, results) -> {
            if (results.isEmpty()) {
                commit.failNow(Replies.failure(code, "looking up a revision"));
                return;
            }
            if (absorb(commit, new ArrayList<>(stripes), wanted, results, before)) {
                commit.send();
            }
        });
    }

    private boolean absorb(
            SlottedWrite commit,
            List<Integer> stripes,
            List<Expectation> wanted,
            List<OpResult> results,
            Renewal.@Nullable Barrier before) {
        for (int i = 0; i < stripes.size(); i++) {
            if (!(results.get(i) instanceof OpResult.GetDataResult stripe)) {
                commit.failNow(SlottedWrite.missingLayout());
                return false;
            }
            context.stripes().stripeRead(stripes.get(i), stripe.getStat().getVersion());
        }
        boolean fresh = before != null && before.isAcknowledged();
        for (int i = 0; i < wanted.size(); i++) {
            judge(wanted.get(i), results.get(stripes.size() + i), fresh);
        }
        return true;
    }

    private void judge(Expectation expectation, OpResult read, boolean fresh) {
        if (read instanceof OpResult.GetDataResult found) {
            long revision = found.getStat().getMzxid();
            context.stripes()
                    .observed(expectation.path(), revision, found.getStat().getVersion());
            if (revision > expectation.revision() || (fresh && revision != expectation.revision())) {
                hopeless.add(expectation);
            } else if (revision < expectation.revision()) {
                behindBarrier = true;
            }
        } else if (fresh || Replies.code(read) != Code.NONODE) {
            // Without the right to read there is no way to check; the commit fails at the key.
            hopeless.add(expectation);
        } else {
            behindBarrier = true;
        }
    }

    /** Adds the checks that the observations still hold. */
    void checkStripes(CommitPlan plan) {
        Map<Integer, Integer> versions = new TreeMap<>();
        for (Expectation expectation : required) {
            if (!hopeless.contains(expectation)) {
                agree(expectation, versions);
            }
        }
        versions.forEach((stripe, version) ->
                plan.stripe(stripe, Op.check(context.stripes().node(stripe), version)));
    }

    /** Returns the version by which a key's revision is checked. */
    int version(String path, long revision) {
        IncarnationStripes.Observation seen = context.stripes().observation(path, revision);
        return seen == null || hopeless.contains(new Expectation(path, revision))
                ? IncarnationStripes.NO_VERSION
                : seen.version();
    }
}

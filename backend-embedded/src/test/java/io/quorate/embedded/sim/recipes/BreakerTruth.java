package io.quorate.embedded.sim.recipes;

import io.quorate.backend.Bytes;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.breaker.BreakerState;
import io.quorate.embedded.sim.SimulatedEngine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one breaker as they are committed.
 *
 * <p>N11: each state follows from the one before it, whoever committed it; a permit is given under the state that it is for; there are
 * never more permits and passed probes in a round than probes are permitted in the cluster.
 */
final class BreakerTruth {

    private final SimulatedEngine engine;
    private final int permittedProbes;
    private final Key stateKey;
    private final Key permitsKey;
    private State last = State.INITIAL;
    private long lookedAt;

    /**
     * What the state entry says.
     *
     * @param revision when it was written
     * @param name the state
     * @param epoch its number
     * @param passed the slots whose probe succeeded, one bit each
     */
    private record State(long revision, BreakerState name, long epoch, long passed) {

        static final State INITIAL = new State(0, BreakerState.CLOSED, 0, 0);

        static State of(@Nullable Entry entry) {
            if (entry == null) {
                return INITIAL;
            }
            Map<String, String> fields = new HashMap<>();
            for (String line : entry.optionalValue().map(Bytes::utf8).orElse("").split("\n", -1)) {
                String[] parts = line.split("=", 2);
                fields.put(parts[0], parts.length == 2 ? parts[1] : "");
            }
            return new State(
                    entry.modRevision(),
                    BreakerState.valueOf(fields.getOrDefault("state", "")),
                    Long.parseLong(fields.getOrDefault("epoch", "")),
                    Long.parseLong(fields.getOrDefault("passed", "0")));
        }

        boolean mayBecome(State next, int permittedProbes) {
            if (next.epoch == epoch) {
                return name == BreakerState.HALF_OPEN
                        && next.name == name
                        && (next.passed & passed) == passed
                        && Long.bitCount(next.passed) == Long.bitCount(passed) + 1;
            }
            return next.epoch == epoch + 1
                    && switch (name) {
                        case CLOSED -> next.name == BreakerState.OPEN;
                        case OPEN -> next.name == BreakerState.HALF_OPEN && next.passed == 0;
                        case HALF_OPEN ->
                            next.name == BreakerState.OPEN || Long.bitCount(passed) == permittedProbes - 1;
                    };
        }
    }

    BreakerTruth(SimulatedEngine engine, String name, int permittedProbes) {
        Key root = Key.of("/breakers").child(name);
        this.engine = engine;
        this.permittedProbes = permittedProbes;
        this.stateKey = root.child("state");
        this.permitsKey = root.child("permits");
    }

    /** Checks what was committed since it was called last. */
    void check() {
        long now = engine.committedIndex();
        if (now == lookedAt) {
            return;
        }
        for (Entry each : engine.versionsSince(stateKey, lookedAt)) {
            State next = State.of(each);
            if (next.revision() > last.revision()) {
                if (!last.mayBecome(next, permittedProbes)) {
                    engine.violated("StatesFollow", last + " becomes " + next);
                }
                last = next;
            }
        }
        if (engine.hasChangedSince(permitsKey, lookedAt)) {
            checkPermits(now);
        }
        lookedAt = now;
    }

    private void checkPermits(long now) {
        int inThisRound = 0;
        for (Entry permit : permitsAt(now)) {
            State under = State.of(engine.committed(stateKey, permit.createRevision()));
            if (under.name() != BreakerState.HALF_OPEN || under.epoch() != epoch(permit)) {
                engine.violated("PermitsOfTheRound", permit.key() + " is given under " + under);
            }
            inThisRound += epoch(permit) == last.epoch() ? 1 : 0;
        }
        if (last.name() == BreakerState.HALF_OPEN && inThisRound + Long.bitCount(last.passed()) > permittedProbes) {
            engine.violated("PermitsAreLimited", last + " has " + inThisRound + " permits");
        }
    }

    private List<Entry> permitsAt(long index) {
        return engine.committedBelow(permitsKey, index).values().stream()
                .filter(entry -> entry.key().isChildOf(permitsKey))
                .toList();
    }

    private static long epoch(Entry permit) {
        String name = permit.key().name();
        return Long.parseLong(name.substring(0, name.indexOf('-')));
    }

    /** Checks that whoever probes in an epoch has a permit for each of its probes. */
    void checkProbes(RecipeClient client, long epoch, int probes) {
        Session session = client.session();
        if (session == null
                || !engine.isOpen(session.id().value())
                || last.name() != BreakerState.HALF_OPEN
                || last.epoch() != epoch) {
            // It does not know yet that its round or its session is over.
            return;
        }
        long permits = permitsAt(engine.committedIndex()).stream()
                .filter(permit -> epoch(permit) == epoch && session.id().equals(permit.owner()))
                .count();
        if (probes > permits) {
            engine.violated(
                    "ProbesHavePermits", client.name() + " makes " + probes + " probes with " + permits + " permits");
        }
    }
}

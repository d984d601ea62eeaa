package io.quorate.internal.breaker;

import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The probes of one instance in a half-open round. Guarded by the lock of the circuit.
 *
 * <p>A round has as many slots as probes are permitted in the cluster. A probe needs the permit of a slot: an entry that
 * is created on the condition that the state has not changed, that exists at most once by its key, and that vanishes
 * with its owner's session. A probe that succeeds uses its slot up, by one commit that marks the slot in the state and
 * removes the permit. A permit is taken only after a call has asked for one.
 */
final class Permits {

    private final Seat seat;
    private final Board board;
    private final Rules rules;
    private final Map<Key, Permit> held = new LinkedHashMap<>();
    private boolean wanted;

    Permits(Seat seat, Board board, Rules rules) {
        this.seat = seat;
        this.board = board;
        this.rules = rules;
    }

    private enum Stage {
        REQUESTED,
        FREE,
        IN_USE,
        PASSED,
        FAILED,
        REPORTING,
        GONE
    }

    /** One permit of this instance, and the probe under it. */
    private final class Permit implements Probe {

        private final Key key;
        private final long epoch;
        private final int slot;
        private final long endNanos;
        private Stage stage = Stage.REQUESTED;

        Permit(long epoch, int slot, long endNanos) {
            this.key = board.permitKey(epoch, slot);
            this.epoch = epoch;
            this.slot = slot;
            this.endNanos = endNanos;
        }

        @Override
        public void passed() {
            settle(Stage.PASSED);
        }

        @Override
        public void failed() {
            settle(Stage.FAILED);
        }

        @Override
        public void release() {
            settle(Stage.FREE);
        }

        private void settle(Stage outcome) {
            seat.circuit().locked(() -> {
                if (stage == Stage.IN_USE) {
                    stage = outcome;
                    progress(seat.nanos());
                }
            });
        }
    }

    /** Returns a probe if this instance has a free permit; otherwise asks for one. */
    @Nullable
    Probe take(Phase.HalfOpen half, long now) {
        for (Permit permit : held.values()) {
            if (permit.stage == Stage.FREE && permit.epoch == half.epoch() && now < permit.endNanos) {
                permit.stage = Stage.IN_USE;
                return permit;
            }
        }
        wanted = true;
        progress(half, now);
        return null;
    }

    private void progress(long now) {
        if (seat.isInStep() && !board.isOverridden() && board.phase() instanceof Phase.HalfOpen half) {
            progress(half, now);
        }
    }

    /** Does what is due. */
    void progress(Phase.HalfOpen half, long now) {
        for (Permit permit : List.copyOf(held.values())) {
            if (permit.epoch != half.epoch()) {
                giveBack(permit);
            } else {
                look(permit, now);
            }
        }
        reap(now);
        boolean enough = held.values().stream()
                .anyMatch(permit -> permit.stage == Stage.FREE || permit.stage == Stage.REQUESTED);
        if (wanted && !enough) {
            request(half, now);
        }
    }

    private void look(Permit permit, long now) {
        if (permit.stage != Stage.REQUESTED && !board.permits().containsKey(permit.key)) {
            // Somebody found it forgotten and removed it, or an operator did: its probe has no say any more.
            drop(permit);
            return;
        }
        boolean late = now >= permit.endNanos;
        if (permit.stage == Stage.FREE && late && rules.returnsUnusedPermits()) {
            giveBack(permit);
        } else if (permit.stage == Stage.IN_USE && late && rules.returnsUnusedPermits()) {
            permit.stage = Stage.FAILED;
        }
        if (permit.stage == Stage.PASSED) {
            report(permit, new Phase.ProbePassed(permit.slot));
        } else if (permit.stage == Stage.FAILED) {
            report(permit, new Phase.ProbeFailed());
        }
    }

    private void report(Permit permit, Phase.Trigger outcome) {
        Agreement seen = board.agreement();
        Board.Sighting sighting = board.permits().get(permit.key);
        if (seen == null || sighting == null) {
            return;
        }
        Stage before = permit.stage;
        Op removal = new Op.Delete(permit.key, sighting.entry().modRevision());
        permit.stage = Stage.REPORTING;
        boolean underWay = seat.agree(seat.next(seen, outcome), removal, failure -> {
            if (failure == null) {
                drop(permit);
            } else if (permit.stage == Stage.REPORTING) {
                permit.stage = before;
            }
        });
        if (!underWay) {
            permit.stage = before;
        }
    }

    private void request(Phase.HalfOpen half, long now) {
        Entry state = board.state();
        int slot = freeSlot(half);
        if (slot < 0 || state == null) {
            return;
        }
        Permit permit = new Permit(
                half.epoch(), slot, now + seat.config().probeTimeout().toNanos());
        held.put(permit.key, permit);
        Commit.Builder change = Commit.builder();
        if (rules.guardsPermits()) {
            change.guard(Guard.unchanged(state));
        }
        change.op(new Op.Create(permit.key, null, rules.permitLifetime()));
        seat.commit(change.build(), failure -> {
            if (failure != null) {
                drop(permit);
            } else if (seat.hasLeft()) {
                permit.stage = Stage.FREE;
                remove(permit);
            } else if (permit.stage == Stage.REQUESTED) {
                permit.stage = Stage.FREE;
                wanted = false;
            }
        });
    }

    private int freeSlot(Phase.HalfOpen half) {
        int slots = seat.config().permittedProbes();
        int first = (int) seat.ownShare(slots, half.epoch());
        for (int i = 0; i < slots; i++) {
            int slot = (first + i) % slots;
            Key key = board.permitKey(half.epoch(), slot);
            if (!half.hasPassed(slot) && !board.permits().containsKey(key) && !held.containsKey(key)) {
                return slot;
            }
        }
        // Only a test goes on from here.
        return rules.looksForAFreeSlot() ? -1 : slots + (int) seat.ownShare(1_000, half.epoch());
    }

    /**
     * Removes permits that exist for too long: their owners are stopped, yet their sessions live. An owner gives up by
     * itself after half the time, counted from before it asked, so that no healthy one is ever robbed.
     */
    private void reap(long now) {
        if (!rules.reapsPermits()) {
            return;
        }
        long limit = 2 * seat.config().probeTimeout().toNanos();
        List<Entry> forgotten = new ArrayList<>();
        board.permits().forEach((key, sighting) -> {
            if (!held.containsKey(key) && now - sighting.seenNanos() >= limit) {
                forgotten.add(sighting.entry());
            }
        });
        forgotten.forEach(entry -> seat.commit(Commit.builder().delete(entry).build(), failure -> {}));
    }

    /** Gives back what this instance has, because the round is over. */
    void giveAllBack() {
        wanted = false;
        List.copyOf(held.values()).forEach(this::giveBack);
    }

    private void giveBack(Permit permit) {
        if (permit.stage == Stage.REQUESTED || permit.stage == Stage.REPORTING) {
            // Its fate is not known yet; this is asked again when it is.
            return;
        }
        if (board.permits().containsKey(permit.key)) {
            remove(permit);
        } else {
            drop(permit);
        }
    }

    private void remove(Permit permit) {
        drop(permit);
        seat.commit(Commit.builder().delete(permit.key).build(), failure -> {});
    }

    private void drop(Permit permit) {
        permit.stage = Stage.GONE;
        held.remove(permit.key, permit);
    }
}

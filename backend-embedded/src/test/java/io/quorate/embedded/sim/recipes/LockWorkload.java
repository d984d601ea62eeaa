package io.quorate.embedded.sim.recipes;

import io.quorate.backend.SuspensionPolicy;
import io.quorate.embedded.sim.SimulatedEngine;
import io.quorate.lease.FencingGate;
import io.quorate.lease.StaleTokenException;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Users who ask for a lock again and again, while an operator may remove tickets and change the number of permits.
 *
 * <p>N8: those who hold at one true instant are allowed to together, and whoever holds has its ticket, unless the operator has removed that;
 * whoever is granted a lock has its turn by what is committed; a lock that one holds at a time is granted in the order of tokens; what a
 * {@link FencingGate} lets through, and what is committed under the guard of a lease, is in that order too.
 */
final class LockWorkload implements Workload {

    private final SimulatedEngine engine;
    private final LockKind kind;
    private final boolean hasOperator;
    private final int usersOfAClient;
    private final List<LockUser> users = new ArrayList<>();
    private final Map<String, Name> names = new TreeMap<>();
    private boolean permitsAreFinal;
    private boolean ending;
    private boolean faultsOver;

    LockWorkload(SimulatedEngine engine, LockKind kind) {
        this.engine = engine;
        this.kind = kind;
        this.hasOperator = engine.random().chance(0.25);
        this.usersOfAClient = 2 + engine.random().below(3);
    }

    /** What is known of one lock. */
    private static final class Name {
        final QueueTruth truth;
        final FencingGate gate = FencingGate.resumeAt(0);
        final Map<Long, LockUser> owners = new HashMap<>();
        final TreeMap<Long, Long> guardedWrites = new TreeMap<>();
        long highestToken;
        long highestWhole;
        long lastAdmitted;
        int taken;

        Name(QueueTruth truth) {
            this.truth = truth;
        }

        /** Whoever enters with a token below the last is turned away. */
        void enter(long token) {
            try {
                gate.run(token, () -> lastAdmitted = token);
            } catch (StaleTokenException e) {
                // That is what the gate is for.
            }
        }
    }

    private Name of(String name) {
        return names.computeIfAbsent(name, made -> new Name(kind.truth(engine, made)));
    }

    // ---- what users tell

    boolean isEnding() {
        return ending;
    }

    boolean areFaultsOver() {
        return faultsOver;
    }

    void noteOwner(LockUser user, LockLease granted) {
        for (String name : user.claim().names()) {
            if (of(name).owners.putIfAbsent(granted.token(), user) != null) {
                engine.violated("TokenOnce", granted + " has the token of another grant");
            }
        }
    }

    void noteGuardedWrite(LockUser user, long revision, long token) {
        of(user.claim().names().get(0)).guardedWrites.put(revision, token);
    }

    /** Somebody does what only one may do at a time. */
    void act(LockUser user, LockLease granted) {
        if (!user.claim().isWhole() || user.lease() != granted) {
            return;
        }
        user.claim().names().forEach(name -> of(name).enter(granted.token()));
        if (kind == LockKind.EXCLUSIVE) {
            user.writeUnderGuard(granted);
        }
    }

    /** Somebody has let go: who gives up waiting at this very moment may be the one whose turn it is. */
    void released() {
        for (LockUser user : users) {
            if (engine.random().chance(0.1)) {
                user.giveUpWithin(12);
            }
        }
    }

    /** Returns the index to which {@link #wasEmptySince} is to look back, or -1 if somebody is in the way now. */
    long emptyNow(LockKind.Claim claim) {
        return claim.names().stream()
                .mapToLong(name -> of(name).truth.emptyNow())
                .min()
                .orElse(-1);
    }

    boolean wasEmptySince(LockKind.Claim claim, long index) {
        return claim.names().stream().allMatch(name -> of(name).truth.wasEmptySince(index));
    }

    // ---- clients

    @Override
    public void join(RecipeClient client) {
        for (int i = 0; i < usersOfAClient; i++) {
            LockUser user = new LockUser(this, engine, client, kind.newClaim(client, newOptions(client)));
            users.add(user);
            user.askSoon(50);
        }
        if (hasOperator) {
            client.later(2_000, () -> operate(client));
        }
        if (kind == LockKind.SEMAPHORE) {
            client.later(1_500, () -> changePermits(client));
        }
    }

    private static LockOptions newOptions(RecipeClient client) {
        boolean failFast = client.random().chance(0.3);
        return LockOptions.defaults()
                .withSuspensionPolicy(failFast ? SuspensionPolicy.FAIL_FAST : SuspensionPolicy.UNTIL_DEADLINE);
    }

    private void operate(RecipeClient operator) {
        if (!faultsOver) {
            for (Name name : names.values()) {
                if (operator.random().chance(0.5)) {
                    name.truth.removeSome(operator);
                }
            }
            operator.later(2_000, () -> operate(operator));
        }
    }

    private void changePermits(RecipeClient client) {
        if (ending || permitsAreFinal) {
            return;
        }
        boolean last = faultsOver;
        int permits = last ? LockKind.INITIAL_PERMITS : 2 + client.random().below(3);
        client.trace(() -> "sets the permits to " + permits);
        CompletableFuture<?> unused = LockKind.semaphore(client, LockOptions.defaults())
                .setPermitsAsync(permits)
                .whenComplete((done, failure) -> {
                    permitsAreFinal |= last && failure == null;
                    client.later(last ? 100 : 1_500, () -> changePermits(client));
                });
    }

    // ---- checks

    @Override
    public void check() {
        users.removeIf(user -> !user.client().isAlive());
        names.values().forEach(name -> name.taken = 0);
        int candidates = 0;
        for (LockUser user : users) {
            candidates += user.mayHold() ? 1 : 0;
        }
        for (LockUser user : users) {
            LockLease lease = user.lease();
            // Whoever is asked turns lost at once if its time is over: it is not asked without need.
            if (lease != null && (candidates > 1 || !user.isSeen()) && lease.isHeld()) {
                checkHeld(user, lease);
            }
        }
    }

    private void checkHeld(LockUser user, LockLease lease) {
        boolean isNew = !user.seen();
        for (String each : user.claim().names()) {
            Name name = of(each);
            if (isNew) {
                name.truth.checkGranted(lease.token(), lease);
            }
            if (name.truth.isTakenAway(lease.token())) {
                // It is told soon, and knows nothing until then; others need not wait for that.
                continue;
            }
            if (!name.truth.isThere(lease.token())) {
                engine.violated("HolderHasTicket", user.client().name() + " holds " + lease + " without its ticket");
            }
            name.taken += user.weight();
            if (name.taken > kind.capacity(engine)) {
                engine.violated("MutualExclusion", "too many hold " + each + " at one instant: " + holders(each));
            }
            if (isNew) {
                checkOrder(each, name, user.claim().isWhole(), lease.token());
            }
        }
    }

    /** Who excludes others comes in the order of tokens: all that are in the way have smaller ones. */
    private void checkOrder(String lock, Name name, boolean whole, long token) {
        long before = whole ? name.highestToken : name.highestWhole;
        if (token <= before) {
            engine.violated("FirstComeFirst", lock + " is granted to token " + token + " after " + before);
        }
        name.highestToken = Math.max(name.highestToken, token);
        if (whole) {
            name.highestWhole = token;
        }
    }

    private String holders(String name) {
        List<String> all = new ArrayList<>();
        for (LockUser user : users) {
            LockLease lease = user.lease();
            if (lease != null && user.claim().names().contains(name)) {
                all.add(user.client().name() + " " + lease);
            }
        }
        return all.toString();
    }

    // ---- the end

    @Override
    public void faultsEnded() {
        faultsOver = true;
        users.forEach(LockUser::beginToCount);
        permitsAreFinal = kind != LockKind.SEMAPHORE;
    }

    @Override
    public boolean hasProgressed() {
        return permitsAreFinal
                && users.stream().allMatch(LockUser::hasProgressed)
                && users.stream().noneMatch(this::holdsWhatWasTakenAway);
    }

    private boolean holdsWhatWasTakenAway(LockUser user) {
        LockLease lease = user.lease();
        return lease != null
                && user.mayHold()
                && lease.isHeld()
                && user.claim().names().stream().anyMatch(name -> of(name).truth.isTakenAway(lease.token()));
    }

    @Override
    public void end() {
        ending = true;
    }

    /** What was committed under the guard of a lease was committed in the order of the leases. */
    @Override
    public void checkEnd() {
        for (Map.Entry<String, Name> each : names.entrySet()) {
            long last = 0;
            for (long token : each.getValue().guardedWrites.values()) {
                if (token < last) {
                    engine.violated(
                            "GuardedWrites", "token " + token + " of " + each.getKey() + " wrote after " + last);
                }
                last = token;
            }
        }
    }

    @Override
    public String describe() {
        List<String> waiting = new ArrayList<>();
        for (LockUser user : users) {
            if (!user.hasProgressed()) {
                waiting.add(user.client().name() + " " + user.claim().names());
            } else if (holdsWhatWasTakenAway(user)) {
                waiting.add(user.client().name() + " holds " + user.lease() + " whose ticket was removed");
            }
        }
        return kind + (permitsAreFinal ? "" : ", permits not set") + ": no turn for " + waiting;
    }
}

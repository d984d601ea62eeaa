package io.quorate.embedded.sim.recipes;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.embedded.sim.SimulatedEngine;
import io.quorate.lease.FencingGate;
import io.quorate.lease.StaleTokenException;
import io.quorate.lock.Acquirable;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockOptions;
import io.quorate.lock.ReadWriteLock;
import io.quorate.lock.SemaphoreOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Users who ask for a lock again and again, hold it for a while and do something under it, or give up.
 *
 * <p>N8: those who hold at one true instant are allowed to together, and who holds has its ticket; a lock that one holds at a time is granted
 * in the order of tokens; what a {@link FencingGate} lets through, and what is committed under the guard of a lease, is in
 * that order too.
 */
final class LockWorkload implements Workload {

    private static final int USERS_OF_A_CLIENT = 2;
    private static final int WHOLE = 1_000;

    /** What is contended for. */
    enum Kind {
        /** A lock that one holds. */
        EXCLUSIVE(1),
        /** A lock for one writer or many readers. */
        READ_WRITE(WHOLE),
        /** A semaphore of three permits, of which each user takes one or two. */
        SEMAPHORE(3),
        /** Some of three locks, all at once. */
        MULTI(1);

        final int capacity;

        Kind(int capacity) {
            this.capacity = capacity;
        }
    }

    private final SimulatedEngine engine;
    private final Kind kind;
    private final List<User> users = new ArrayList<>();
    private final Map<String, Name> names = new TreeMap<>();
    private boolean ending;
    private boolean faultsEnded;

    LockWorkload(SimulatedEngine engine, Kind kind) {
        this.engine = engine;
        this.kind = kind;
    }

    /** What is known of one lock. */
    private static final class Name {
        final FencingGate gate = FencingGate.resumeAt(0);
        final Map<Long, User> owners = new HashMap<>();
        final TreeMap<Long, Long> guardedWrites = new TreeMap<>();
        long highestToken;
        long highestWhole;
        long lastAdmitted;
        int taken;

        /** Whoever enters with a token below the last is turned away. */
        void enter(long token) {
            try {
                gate.run(token, () -> lastAdmitted = token);
            } catch (StaleTokenException e) {
                // That is what the gate is for.
            }
        }
    }

    /** A lock or some, how much of each is taken, and how to have it. */
    private record Claim(List<String> names, int weight, Acquirable<? extends LockLease> how) {}

    /** Somebody who asks, holds and lets go. */
    private final class User {
        private final RecipeClient client;
        private final Claim claim;
        private @Nullable LockLease lease;
        private boolean seen;
        private int turns;

        User(RecipeClient client, Claim claim) {
            this.client = client;
            this.claim = claim;
        }

        void askSoon(int maxMillis) {
            client.later(maxMillis, this::ask);
        }

        private void ask() {
            if (ending) {
                return;
            }
            if (client.random().chance(0.2)) {
                CompletableFuture<?> unused = claim.how
                        .tryAcquireAsync()
                        .whenComplete(
                                (granted, failure) -> asked(granted == null ? null : granted.orElse(null), failure));
                return;
            }
            CompletableFuture<? extends LockLease> asked = claim.how.acquireAsync();
            if (!faultsEnded && client.random().chance(0.15)) {
                client.later(150, () -> asked.cancel(false));
            }
            CompletableFuture<?> unused = asked.whenComplete(this::asked);
        }

        private void asked(@Nullable LockLease granted, @Nullable Throwable failure) {
            if (granted != null) {
                hold(granted);
            } else {
                mayFail(failure);
                askSoon(60);
            }
        }

        private void hold(LockLease granted) {
            client.trace(() -> "holds " + granted);
            lease = granted;
            seen = false;
            turns++;
            for (String name : claim.names) {
                User before = of(name).owners.putIfAbsent(granted.token(), this);
                if (before != null) {
                    engine.violated("TokenOnce", granted + " has the token of another grant");
                }
            }
            var unused = granted.onLost(cause -> {
                client.trace(() -> "lost " + granted + ": " + cause);
                over(granted);
            });
            work(granted, client.random().below(3));
        }

        /** Looks whether the lock is held, does something under it a while later, and lets go at last. */
        private void work(LockLease granted, int times) {
            if (times == 0) {
                client.later(client.random().chance(0.1) ? 600 : 40, () -> letGo(granted));
                return;
            }
            client.later(30, () -> {
                if (granted.isHeld()) {
                    client.later(client.random().chance(0.2) ? 300 : 10, () -> act(granted));
                }
                work(granted, times - 1);
            });
        }

        private void act(LockLease granted) {
            for (String name : claim.names) {
                if (kind.capacity == claim.weight) {
                    of(name).enter(granted.token());
                }
            }
            if (kind == Kind.EXCLUSIVE) {
                writeUnderGuard(granted);
            }
        }

        private void writeUnderGuard(LockLease granted) {
            Key data = Key.of("/data").child(claim.names.get(0));
            Bytes token = Bytes.utf8(Long.toString(granted.token()));
            CompletableFuture<?> unused = client.quorate().session().thenCompose(session -> {
                Commit.Builder commit = Commit.builder().guard(granted.guard());
                boolean exists = engine.committed(data) != null;
                return session.commit((exists ? commit.update(data, token) : commit.create(data, token)).build())
                        .thenAccept(
                                result -> of(claim.names.get(0)).guardedWrites.put(result.revision(), granted.token()));
            });
        }

        private void letGo(LockLease granted) {
            Key ticket = granted.guard().key();
            long session = ownerOf(ticket);
            client.trace(() -> "lets go of " + granted);
            CompletableFuture<?> unused = granted.release().thenRun(() -> {
                if (session != 0 && engine.isOpen(session) && engine.committed(ticket) != null) {
                    engine.violated("ReleaseIsDone", granted + " was released, and its ticket is there");
                }
            });
            over(granted);
        }

        private void over(LockLease ended) {
            if (lease == ended) {
                lease = null;
                askSoon(50);
            }
        }

        /** Returns whether it may hold something at this instant. */
        boolean mayHold() {
            return lease != null && client.isAlive();
        }
    }

    private long ownerOf(Key ticket) {
        var entry = engine.committed(ticket);
        return entry == null || entry.owner() == null ? 0 : entry.owner().value();
    }

    private Name of(String name) {
        return names.computeIfAbsent(name, unused -> new Name());
    }

    @Override
    public void join(RecipeClient client) {
        for (int i = 0; i < USERS_OF_A_CLIENT; i++) {
            User user = new User(client, newClaim(client));
            users.add(user);
            user.askSoon(50);
        }
    }

    private Claim newClaim(RecipeClient client) {
        boolean failFast = client.random().chance(0.3);
        SuspensionPolicy policy = failFast ? SuspensionPolicy.FAIL_FAST : SuspensionPolicy.UNTIL_DEADLINE;
        LockOptions options = LockOptions.defaults().withSuspensionPolicy(policy);
        return switch (kind) {
            case EXCLUSIVE -> new Claim(List.of("a"), 1, client.quorate().lock("a", options));
            case READ_WRITE -> {
                ReadWriteLock lock = client.quorate().readWriteLock("rw", options);
                yield client.random().chance(0.4)
                        ? new Claim(List.of("rw"), WHOLE, lock.writeLock())
                        : new Claim(List.of("rw"), 1, lock.readLock());
            }
            case SEMAPHORE -> {
                int weight = 1 + client.random().below(2);
                SemaphoreOptions permits = SemaphoreOptions.defaults()
                        .withInitialPermits(Kind.SEMAPHORE.capacity)
                        .withSuspensionPolicy(policy);
                yield new Claim(
                        List.of("s"),
                        weight,
                        client.quorate().semaphore("s", permits).weighing(weight));
            }
            case MULTI -> {
                List<String> some = new ArrayList<>(List.of("m1", "m2", "m3"));
                some.remove(client.random().below(3));
                if (client.random().chance(0.3)) {
                    some.remove(client.random().below(2));
                }
                yield some.size() == 1
                        ? new Claim(some, 1, client.quorate().lock(some.get(0), options))
                        : new Claim(some, 1, client.quorate().multiLock(some, options));
            }
        };
    }

    @Override
    public void check() {
        users.removeIf(user -> !user.client.isAlive());
        names.values().forEach(name -> name.taken = 0);
        int candidates = 0;
        for (User user : users) {
            candidates += user.mayHold() ? 1 : 0;
        }
        for (User user : users) {
            LockLease lease = user.lease;
            // Whoever is asked turns lost at once if its time is over: it is not asked without need.
            if (lease != null && (candidates > 1 || !user.seen) && lease.isHeld()) {
                checkHeld(user, lease);
            }
        }
    }

    private void checkHeld(User user, LockLease lease) {
        if (engine.committed(lease.guard().key()) == null) {
            engine.violated("HolderHasTicket", user.client.name() + " holds " + lease + " without its ticket");
        }
        for (String each : user.claim.names) {
            Name name = of(each);
            name.taken += user.claim.weight;
            if (name.taken > kind.capacity) {
                engine.violated("MutualExclusion", "too many hold " + each + " at one instant: " + holders(each));
            }
            if (!user.seen) {
                checkOrder(each, name, user.claim.weight == kind.capacity, lease.token());
            }
        }
        user.seen = true;
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

    private void mayFail(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause != null && !(cause instanceof QuorateException) && !(cause instanceof CancellationException)) {
            engine.violated("KnownFailures", "an attempt failed with " + cause);
        }
    }

    private String holders(String name) {
        List<String> all = new ArrayList<>();
        for (User user : users) {
            LockLease lease = user.lease;
            if (lease != null && user.claim.names.contains(name)) {
                all.add(user.client.name() + " " + lease);
            }
        }
        return all.toString();
    }

    @Override
    public void faultsEnded() {
        faultsEnded = true;
        users.forEach(user -> user.turns = 0);
    }

    @Override
    public boolean hasProgressed() {
        return users.stream().allMatch(user -> user.turns > 0 || !user.client.isAlive());
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
        for (User user : users) {
            if (user.turns == 0 && user.client.isAlive()) {
                waiting.add(user.client.name() + " " + user.claim.names);
            }
        }
        return kind + ": no turn for " + waiting;
    }
}

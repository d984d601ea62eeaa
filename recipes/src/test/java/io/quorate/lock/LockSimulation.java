package io.quorate.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.backend.Key;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.testing.ModelSimulation;
import io.quorate.backend.testing.ModelSimulation.SessionFault;
import io.quorate.backend.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A world of users of one lock to whom everything happens that can, an operator included who deletes tickets and the whole queue. Several users
 * share a session, so that it has several tickets at a time, of several lives of the queue. The seed decides what happens when.
 *
 * <p>What must hold is looked at after every single event: those who hold the lock at one true instant are allowed to together, and a new
 * token is greater than those before. A holder whose ticket or live session an operator ended is left out until it hears of that: no
 * library can keep what an operator gives away. In the end all faults are over, and then everybody must have a turn, and closing all must leave nothing.
 */
final class LockSimulation {

    private static final String NAME = "orders";
    private static final int CLIENTS = 3;
    private static final int USERS_OF_A_CLIENT = 2;
    private static final int PERMITS = 3;
    private static final Duration FAULTS_LAST = Duration.ofSeconds(40);

    /** What is contended for. */
    enum Kind {
        /** A lock that one holds. */
        EXCLUSIVE,
        /** A lock for one writer or many readers. */
        READ_WRITE,
        /** A semaphore of three permits, of which each user takes one or two. */
        SEMAPHORE
    }

    private final Kind kind;
    private final ModelSimulation simulation;
    private final VirtualTime world;
    private final RandomGenerator random;
    private final List<User> users = new ArrayList<>();
    private final Set<Long> tokens = new HashSet<>();
    private @Nullable Key queue;
    private long highestToken;
    private boolean faultsAreOver;
    private boolean isOver;
    private int turns;

    /** Somebody who asks for the lock again and again, and holds it for a while, or gives up. */
    private final class User {
        private final Acquirable<? extends LockLease> lock;

        /** How much of the lock is taken: of a lock for reading and writing, a reader takes one and a writer everything. */
        private final int weight;

        private @Nullable LockLease lease;
        private int ownTurns;

        User(Acquirable<? extends LockLease> lock, int weight) {
            this.lock = lock;
            this.weight = weight;
        }

        void ask() {
            if (isOver) {
                return;
            }
            CompletableFuture<? extends LockLease> asked = lock.acquireAsync();
            if (random.nextInt(6) == 0) {
                world.after(simulation.randomTime(1_000), () -> asked.cancel(false));
            }
            asked.whenComplete((granted, failure) -> {
                if (granted == null) {
                    world.after(simulation.randomTime(300), this::ask);
                } else {
                    hold(granted);
                }
            });
        }

        private void hold(LockLease granted) {
            lease = granted;
            ownTurns++;
            turns++;
            queue = granted.guard().key().parent().orElseThrow();
            granted.onLost(cause -> over(granted));
            world.after(simulation.randomTime(random.nextInt(5) == 0 ? 6_000 : 400), () -> {
                granted.close();
                over(granted);
            });
        }

        private void over(LockLease ended) {
            if (lease == ended) {
                lease = null;
                world.after(simulation.randomTime(200), this::ask);
            }
        }
    }

    LockSimulation(long seed) {
        this.kind = Kind.values()[(int) (seed % Kind.values().length)];
        this.simulation = new ModelSimulation(seed, Duration.ofMillis(1 + seed % 4 * 4));
        this.world = simulation.world();
        this.random = simulation.random();
    }

    /** Runs the world and returns how often somebody had a turn. */
    int run() {
        for (int i = 0; i < CLIENTS; i++) {
            Quorate client = simulation.open("user-" + i);
            for (int j = 0; j < USERS_OF_A_CLIENT; j++) {
                users.add(newUser(client));
            }
        }
        users.forEach(User::ask);
        world.after(simulation.randomTime(1_000), this::fault);
        long end = world.ticker().nanos() + FAULTS_LAST.toNanos();
        simulation.watch(this::check, () -> world.ticker().nanos() >= end, FAULTS_LAST.multipliedBy(2));
        faultsAreOver = true;
        simulation.heal();
        users.forEach(user -> user.ownTurns = 0);
        simulation.watch(this::check, this::everybodyHadATurn, Duration.ofMinutes(3));
        assertThat(everybodyHadATurn())
                .as("everybody has a turn once all faults are over; trace %s", simulation.tail())
                .isTrue();
        closeAll();
        return turns;
    }

    private User newUser(Quorate client) {
        SuspensionPolicy policy = random.nextBoolean() ? SuspensionPolicy.FAIL_FAST : SuspensionPolicy.UNTIL_DEADLINE;
        LockOptions options = LockOptions.defaults().withSuspensionPolicy(policy);
        return switch (kind) {
            case EXCLUSIVE -> new User(client.lock(NAME, options), PERMITS);
            case READ_WRITE -> {
                ReadWriteLock lock = client.readWriteLock(NAME, options);
                yield random.nextBoolean() ? new User(lock.writeLock(), PERMITS) : new User(lock.readLock(), 0);
            }
            case SEMAPHORE -> {
                int weight = 1 + random.nextInt(2);
                SemaphoreOptions permits =
                        SemaphoreOptions.defaults().withInitialPermits(PERMITS).withSuspensionPolicy(policy);
                yield new User(client.semaphore(NAME, permits).weighing(weight), weight);
            }
        };
    }

    private boolean everybodyHadATurn() {
        return users.stream().allMatch(user -> user.ownTurns > 0);
    }

    private void closeAll() {
        isOver = true;
        simulation.closeAll();
        simulation.fixture().close();
    }

    private void check() {
        List<LockLease> held = new ArrayList<>();
        int taken = 0;
        boolean isTakenWhole = false;
        for (User user : users) {
            LockLease lease = user.lease;
            if (lease != null
                    && lease.isHeld()
                    && simulation.hasEntry(lease, lease.guard().key())) {
                held.add(lease);
                taken += user.weight;
                isTakenWhole |= user.weight == PERMITS;
                if (tokens.add(lease.token()) && kind == Kind.EXCLUSIVE) {
                    assertThat(lease.token())
                            .as("tokens rise; trace %s", simulation.tail())
                            .isGreaterThan(highestToken);
                    highestToken = lease.token();
                }
            }
        }
        if (taken > PERMITS || (isTakenWhole && held.size() > 1)) {
            throw new AssertionError(held + " are held at one instant; trace " + simulation.tail());
        }
    }

    private void fault() {
        if (faultsAreOver) {
            return;
        }
        Quorate client = simulation.clients().get(random.nextInt(CLIENTS));
        switch (random.nextInt(12)) {
            case 0 -> simulation.strike(client, SessionFault.CUT);
            case 1 -> simulation.strike(client, SessionFault.HANG);
            case 2, 3, 4 -> simulation.strike(client, SessionFault.RESTORE);
            case 5 -> simulation.strike(client, SessionFault.EXPIRE);
            case 6 -> simulation.strike(client, SessionFault.PAUSE);
            case 7 -> simulation.fixture().killLeader();
            case 8 -> deleteOneAsAnOperator();
            case 9, 10 -> deleteAllAsAnOperator();
            default -> simulation.strike(client, SessionFault.LOSE_REPLY);
        }
        world.after(simulation.randomTime(1_500), this::fault);
    }

    private void deleteOneAsAnOperator() {
        LockLease lease = users.get(random.nextInt(users.size())).lease;
        if (lease != null) {
            simulation.delete(lease.guard().key());
        }
    }

    private void deleteAllAsAnOperator() {
        Key whole = queue;
        if (whole != null) {
            simulation.delete(whole);
        }
    }
}

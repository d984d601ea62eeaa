package io.quorate.backend.testing;

import io.quorate.backend.Backend;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * What a backend brings along to take part in the {@link BackendContract}: a service, clients of it, a way to wait, and the
 * faults it can suffer.
 *
 * <p>A fixture serves one test. The service behind it may be shared, but what lies below {@link #namespace()} belongs to
 * this fixture alone and is empty at first. Of the fault verbs a fixture implements those that it lists in {@link #faults()};
 * tests that need another one are reported as skipped, with the name of what is missing. A fixture is used by one thread.
 */
public interface BackendFixture extends AutoCloseable {

    /** Returns the client that most tests use, the same on every call. */
    Backend backend();

    /** Makes one more client, with connections and threads of its own. The fixture closes it. */
    Backend newBackend();

    /** Returns the key below which all sessions of the contract live. */
    default Key namespace() {
        return Key.ROOT;
    }

    /**
     * Returns the time-out of the sessions that tests open: as short as this service copes with without expiring healthy
     * sessions, so that tests of expiry take little time.
     */
    Duration sessionTimeout();

    /** Returns the options with which tests open sessions. */
    default SessionOptions options(String ownerName) {
        return new SessionOptions(ownerName, sessionTimeout(), namespace());
    }

    /** Returns the world that the backend runs in, if it does not run in real time. */
    default Optional<VirtualTime> virtualTime() {
        return Optional.empty();
    }

    /**
     * Waits for a future and returns its result: in real time with a limit, or by running the virtual world.
     *
     * @throws RuntimeException the very exception with which the future failed, not wrapped
     * @throws AssertionError if the future does not complete within the limit
     */
    <T extends @Nullable Object> T await(CompletableFuture<T> future);

    /**
     * Waits until a condition holds: in real time with a limit, or by running the virtual world.
     *
     * @throws AssertionError naming {@code what}, if it does not come to hold within the limit
     */
    void eventually(BooleanSupplier condition, String what);

    /**
     * Runs the tasks at the same time and waits for all of them: on threads of their own, or in a virtual world one after
     * the other in random order.
     *
     * @throws RuntimeException what the first task threw that threw
     */
    default void concurrently(List<Runnable> tasks) {
        List<CompletableFuture<@Nullable Void>> ends = new ArrayList<>();
        for (Runnable task : tasks) {
            CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
            ends.add(end);
            Thread thread = new Thread(
                    () -> {
                        try {
                            task.run();
                            end.complete(null);
                        } catch (Throwable e) {
                            end.completeExceptionally(e);
                        }
                    },
                    "contract-task-" + ends.size());
            thread.setDaemon(true);
            thread.start();
        }
        try {
            CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new)).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Returns the faults that this fixture can cause. */
    Set<Fault> faults();

    /** Skips the running test, and says why, unless this fixture can cause all of these faults. */
    default void require(Fault... needed) {
        for (Fault fault : needed) {
            Assumptions.assumeTrue(
                    faults().contains(fault), () -> getClass().getSimpleName() + " cannot cause " + fault);
        }
    }

    /** Breaks the session's connection, so that both sides notice, and lets no new one come about until {@link #restore}. */
    default void cut(Session session) {
        throw lacks(Fault.CUT);
    }

    /**
     * Stops every byte between the session and the service, in both directions, without closing a connection, until
     * {@link #restore}. What was under way may be lost or arrive late.
     */
    default void hang(Session session) {
        throw lacks(Fault.HANG);
    }

    /** Ends what {@link #cut} or {@link #hang} began; the client may need some time to find out. */
    default void restore(Session session) {
        throw lacks(Fault.CUT);
    }

    /** Has the service expire the session, as if its time-out had passed; returns once that is decided. */
    default void expire(Session session) {
        throw lacks(Fault.EXPIRE);
    }

    /**
     * Lets the session's next write (a commit, enqueue or dequeue) take effect at the service and breaks the connection
     * before its reply. The client may reconnect at once.
     */
    default void loseNextReply(Session session) {
        throw lacks(Fault.LOSE_REPLY);
    }

    /** Breaks the connection before the session's next write reaches the service. The client may reconnect at once. */
    default void loseNextRequest(Session session) {
        throw lacks(Fault.LOSE_REQUEST);
    }

    /** Kills the leader of the ensemble without a farewell; it comes back, or does not, as the ensemble pleases. */
    default void killLeader() {
        throw lacks(Fault.KILL_LEADER);
    }

    /** Stops the whole service without a farewell; what was acknowledged stays on its disks. */
    default void stopService() {
        throw lacks(Fault.STOP_SERVICE);
    }

    /** Starts the service that {@link #stopService} stopped. Sessions that have not outlived their time-out survive. */
    default void startService() {
        throw lacks(Fault.STOP_SERVICE);
    }

    /**
     * Copies all that the service keeps.
     *
     * @return stops the service, puts the copy in place of what it keeps by then, and starts it again
     */
    default Runnable backUp() {
        throw lacks(Fault.RESTORE_BACKUP);
    }

    /** Stops the client of the session for a while, as a garbage collection does; other clients go on. */
    default void pause(Session session, Duration duration) {
        throw lacks(Fault.PAUSE);
    }

    /**
     * Deletes an entry and all below it, whoever owns it, with a tool that knows nothing of sessions, as an operator would.
     *
     * @param key relative to {@link #namespace()}
     */
    default void deleteRaw(Key key) {
        throw lacks(Fault.DELETE_RAW);
    }

    /** Counts what the service keeps on behalf of clients of this fixture, on the service's side. */
    ServiceState audit();

    /** Returns the names of the live threads that belong to clients of this fixture. */
    Set<String> clientThreads();

    /** Ends all faults, closes all clients, stops what the fixture started. */
    @Override
    void close();

    private UnsupportedOperationException lacks(Fault fault) {
        return new UnsupportedOperationException(getClass().getSimpleName() + " cannot cause " + fault
                + "; a test asks require(" + fault + ") before it causes it");
    }
}

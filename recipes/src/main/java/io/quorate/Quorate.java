package io.quorate;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.Read;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigPublisher;
import io.quorate.config.ConfigWatcher;
import io.quorate.internal.Await;
import io.quorate.internal.Client;
import io.quorate.internal.Delays;
import io.quorate.internal.Events;
import io.quorate.internal.Failures;
import io.quorate.internal.LiveSession;
import io.quorate.internal.OpenRecipes;
import io.quorate.internal.SessionSource;
import io.quorate.internal.breaker.Breakers;
import io.quorate.internal.config.LiveConfig;
import io.quorate.internal.config.TreePublisher;
import io.quorate.internal.leader.QueueLeaderElection;
import io.quorate.internal.leader.QueueLeaderLatch;
import io.quorate.internal.lock.QueueLock;
import io.quorate.internal.lock.QueueMultiLock;
import io.quorate.internal.lock.QueueReadWriteLock;
import io.quorate.internal.lock.QueueSemaphore;
import io.quorate.leader.AsyncLeaderBody;
import io.quorate.leader.LeaderBody;
import io.quorate.leader.LeaderElection;
import io.quorate.leader.LeaderElectionOptions;
import io.quorate.leader.LeaderLatch;
import io.quorate.leader.LeaderLatchOptions;
import io.quorate.lock.DistributedLock;
import io.quorate.lock.LockOptions;
import io.quorate.lock.MultiLock;
import io.quorate.lock.ReadWriteLock;
import io.quorate.lock.Semaphore;
import io.quorate.lock.SemaphoreOptions;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client of a backend: the one entry point to all recipes.
 *
 * <p>A client has one session at a time. What it holds lives as long as that session; when the session has expired, the
 * next operation opens a new one, and nothing that was held before comes back. Safe for use by many threads; an
 * application needs one.
 *
 * <p>{@link #close()} gives back all that is held, once the bodies of elections have ended.
 */
public final class Quorate implements AutoCloseable {

    /** Where the queues of locks are: the lock {@code orders/42} is the queue {@code /locks/orders/42}. */
    private static final Key LOCKS = Key.of("/locks");

    private static final Key READ_WRITE_LOCKS = Key.of("/read-write-locks");
    private static final Key SEMAPHORE_QUEUES = Key.of("/semaphores/queues");
    private static final Key SEMAPHORE_PERMITS = Key.of("/semaphores/permits");
    /** Where the queues of candidates are. */
    private static final Key LEADERS = Key.of("/leaders");

    private final SessionSource sessions;
    private final Client client;
    private final Breakers breakers;
    private final @Nullable Backend ownBackend;
    private final CallbackThreads threads;
    private final AtomicInteger watchers = new AtomicInteger();
    private final AtomicReference<@Nullable CompletableFuture<Void>> closing = new AtomicReference<>();

    private Quorate(SessionSource sessions, Client client, @Nullable Backend ownBackend, CallbackThreads threads) {
        this.sessions = sessions;
        this.client = client;
        this.breakers = new Breakers(client);
        this.ownBackend = ownBackend;
        this.threads = threads;
    }

    /**
     * Opens a client on the backend that a URI names, with default options. See {@link #open(String, QuorateOptions)}.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static Quorate open(String uri) throws InterruptedException {
        return open(uri, QuorateOptions.defaults());
    }

    /**
     * Opens a client on the backend that a URI names. The backend is closed with the client.
     *
     * @param uri for example {@code zookeeper://host1:2181,host2:2181/namespace}
     * @throws IllegalArgumentException if the URI is malformed or its backend is not on the class path
     * @throws BackendUnavailableException if no session could be opened within the connection time-out of the backend
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static Quorate open(String uri, QuorateOptions options) throws InterruptedException {
        Backend backend = Backends.create(uri);
        boolean opened = false;
        try {
            Quorate quorate = awaitOpen(openAsync(backend, options, true), options);
            opened = true;
            return quorate;
        } finally {
            if (!opened) {
                backend.close();
            }
        }
    }

    /**
     * Opens a client on a backend, with default options. See {@link #open(Backend, QuorateOptions)}.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static Quorate open(Backend backend) throws InterruptedException {
        return open(backend, QuorateOptions.defaults());
    }

    /**
     * Opens a client on a backend, which stays the caller's to close.
     *
     * @throws IllegalArgumentException if the backend does not grant the session time-out
     * @throws BackendUnavailableException if no session could be opened within the connection time-out of the backend
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static Quorate open(Backend backend, QuorateOptions options) throws InterruptedException {
        return awaitOpen(openAsync(backend, options, false), options);
    }

    private static Quorate awaitOpen(CompletableFuture<Quorate> opening, QuorateOptions options)
            throws InterruptedException {
        if (options.callbackExecutor().orElse(null) instanceof Scheduler scheduler) {
            CompletableFuture<Quorate> unused = scheduler.carry(() -> opening, Await.FOREVER);
        }
        return Await.forever(opening);
    }

    /** Opens a client on a backend without blocking. The future completes on the event lane of the first session. */
    public static CompletableFuture<Quorate> openAsync(Backend backend, QuorateOptions options) {
        return openAsync(backend, options, false);
    }

    /**
     * Creates a client without waiting for the backend, which need not be up: the first operation opens the session. A
     * watcher of a configuration keeps trying and meanwhile runs on its last good file; everything else fails with
     * {@link BackendUnavailableException} until the backend can be reached. The backend is closed with the client.
     *
     * @throws IllegalArgumentException if the URI is malformed or its backend is not on the class path
     */
    public static Quorate openLazily(String uri, QuorateOptions options) {
        Backend backend = Backends.create(uri);
        boolean created = false;
        try {
            Quorate quorate = create(backend, options, true);
            created = true;
            return quorate;
        } finally {
            if (!created) {
                backend.close();
            }
        }
    }

    /**
     * Creates a client without waiting for the backend, which stays the caller's to close. See
     * {@link #openLazily(String, QuorateOptions)}.
     *
     * @throws IllegalArgumentException if the backend does not grant the session time-out
     */
    public static Quorate openLazily(Backend backend, QuorateOptions options) {
        return create(backend, options, false);
    }

    private static Quorate create(Backend backend, QuorateOptions options, boolean ownsBackend) {
        backend.capabilities().check(options.sessionOptions());
        CallbackThreads threads = CallbackThreads.named(options.ownerName());
        Executor callbacks = options.callbackExecutor().orElse(threads.executor());
        Events events = options.listener()
                .map(listener -> Events.to(listener, callbacks))
                .orElse(Events.NONE);
        // A scheduler of the user's decides what time it is, as the world of a simulation does.
        Scheduler time = callbacks instanceof Scheduler scheduler ? scheduler : null;
        SessionSource sessions = new SessionSource(backend, options.sessionOptions(), events, time);
        Delays delays = time != null ? time::schedule : threads::schedule;
        Client client = new Client(
                sessions,
                Bytes.utf8(options.ownerName()),
                options.operationTimeout(),
                callbacks,
                threads.executor(),
                events,
                delays,
                new OpenRecipes());
        return new Quorate(sessions, client, ownsBackend ? backend : null, threads);
    }

    private static CompletableFuture<Quorate> openAsync(Backend backend, QuorateOptions options, boolean ownsBackend) {
        Quorate quorate = create(backend, options, ownsBackend);
        SessionSource sessions = quorate.sessions;
        CompletableFuture<Quorate> opened = new CompletableFuture<>();
        opened.whenComplete((value, failure) -> {
            if (failure != null) {
                quorate.closeAsync();
            }
        });
        sessions.current().whenComplete((live, failure) -> {
            if (live == null) {
                opened.completeExceptionally(Failures.of(failure));
            } else if (!opened.complete(quorate)) {
                quorate.closeAsync();
            }
        });
        return opened;
    }

    /**
     * Returns the lock of the given name, with default options. Everybody who uses the same name on the same backend
     * and namespace competes for the same lock.
     *
     * @param name one or more key segments, such as {@code orders/42}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     */
    public DistributedLock lock(String name) {
        return lock(name, LockOptions.defaults());
    }

    /**
     * Returns the lock of the given name.
     *
     * @param name one or more key segments, such as {@code orders/42}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     */
    public DistributedLock lock(String name, LockOptions options) {
        return new QueueLock(client, name, LOCKS.resolve(name), options);
    }

    /**
     * Returns the circuit breaker of the given name, with the default configuration. See
     * {@link #circuitBreaker(String, CircuitBreakerConfig)}.
     *
     * @param name one or more key segments, such as {@code payments}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     * @throws IllegalArgumentException if this client has a breaker of that name with another configuration
     * @throws SessionClosedException if this client is closed
     */
    public CircuitBreaker circuitBreaker(String name) {
        return circuitBreaker(name, CircuitBreakerConfig.defaults());
    }

    /**
     * Returns the circuit breaker of the given name. Everybody who uses the same name on the same backend and namespace
     * shares its state. A client has one of each name, which every call returns until it is closed. It begins at once
     * to follow the shared state, and does not wait for it.
     *
     * @param name one or more key segments, such as {@code payments}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     * @throws IllegalArgumentException if this client has a breaker of that name with another configuration
     * @throws SessionClosedException if this client is closed
     */
    public CircuitBreaker circuitBreaker(String name, CircuitBreakerConfig config) {
        refuseIfClosed();
        return breakers.get(name, config);
    }

    /**
     * Returns the lock for reading and writing of the given name, with default options.
     *
     * @param name one or more key segments, such as {@code orders/42}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     */
    public ReadWriteLock readWriteLock(String name) {
        return readWriteLock(name, LockOptions.defaults());
    }

    /**
     * Returns the lock for reading and writing of the given name.
     *
     * @param name one or more key segments, such as {@code orders/42}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     */
    public ReadWriteLock readWriteLock(String name, LockOptions options) {
        return new QueueReadWriteLock(client, name, READ_WRITE_LOCKS.resolve(name), options);
    }

    /**
     * Returns the semaphore of the given name, with default options: one permit, unless somebody has set another number.
     *
     * @param name one or more key segments, such as {@code jobs/nightly}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     */
    public Semaphore semaphore(String name) {
        return semaphore(name, SemaphoreOptions.defaults());
    }

    /**
     * Returns the semaphore of the given name.
     *
     * @param name one or more key segments, such as {@code jobs/nightly}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     */
    public Semaphore semaphore(String name, SemaphoreOptions options) {
        return new QueueSemaphore(
                client, name, SEMAPHORE_QUEUES.resolve(name), SEMAPHORE_PERMITS.resolve(name), options);
    }

    /**
     * Returns the locks of the given names as one, with default options.
     *
     * @param names the names of locks as for {@link #lock(String)}, at least one, in any order
     * @throws InvalidKeyException if a name breaks the grammar of keys
     * @throws IllegalArgumentException if there is no name, or the same twice
     */
    public MultiLock multiLock(Collection<String> names) {
        return multiLock(names, LockOptions.defaults());
    }

    /**
     * Returns the locks of the given names as one.
     *
     * @param names the names of locks as for {@link #lock(String)}, at least one, in any order
     * @throws InvalidKeyException if a name breaks the grammar of keys
     * @throws IllegalArgumentException if there is no name, or the same twice
     */
    public MultiLock multiLock(Collection<String> names, LockOptions options) {
        SortedMap<String, Key> queues = new TreeMap<>();
        names.forEach(name -> queues.put(name, LOCKS.resolve(name)));
        if (queues.isEmpty() || new HashSet<>(queues.values()).size() != names.size()) {
            throw new IllegalArgumentException("a multi-lock has different names, at least one, not " + names);
        }
        return new QueueMultiLock(client, queues, options);
    }

    /**
     * Returns a latch that competes for the leadership of the given name, with default options. It competes once it is
     * started, and with everybody who uses the same name on the same backend and namespace.
     *
     * @param name one or more key segments, such as {@code billing/invoices}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     */
    public LeaderLatch leaderLatch(String name) {
        return leaderLatch(name, LeaderLatchOptions.defaults());
    }

    /**
     * Returns a latch that competes for the leadership of the given name.
     *
     * @param name one or more key segments, such as {@code billing/invoices}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     */
    public LeaderLatch leaderLatch(String name, LeaderLatchOptions options) {
        return new QueueLeaderLatch(client, name, LEADERS.resolve(name), options);
    }

    /**
     * Returns an election that runs a body while it leads, with default options. It competes once it is started, and
     * with everybody who uses the same name on the same backend and namespace, latches included.
     *
     * @param name one or more key segments, such as {@code billing/invoices}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     */
    public LeaderElection leaderElection(String name, LeaderBody body) {
        return leaderElection(name, body, LeaderElectionOptions.defaults());
    }

    /**
     * Returns an election that runs a body while it leads.
     *
     * @param name one or more key segments, such as {@code billing/invoices}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     * @throws IllegalArgumentException if the stop grace is too long for the session time-out
     */
    public LeaderElection leaderElection(String name, LeaderBody body, LeaderElectionOptions options) {
        return QueueLeaderElection.blocking(client, name, LEADERS.resolve(name), body, options);
    }

    /**
     * Returns an election whose body needs no thread of its own.
     *
     * @param name one or more key segments, such as {@code billing/invoices}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     * @throws IllegalArgumentException if the stop grace is too long for the session time-out
     */
    public LeaderElection leaderElectionAsync(String name, AsyncLeaderBody body, LeaderElectionOptions options) {
        return QueueLeaderElection.async(client, name, LEADERS.resolve(name), body, options);
    }

    /**
     * Watches a configuration, from now on until the watcher or the client is closed. Does not wait: the first snapshot
     * arrives later, see {@link ConfigWatcher#await}.
     *
     * @param name one or more key segments, such as {@code shop/orders}: the configuration is the subtree at
     *     {@code /config/shop/orders}. No name may be the beginning of another one
     * @throws InvalidKeyException if the name breaks the grammar of keys
     * @throws SessionClosedException if this client is closed
     */
    public <T> ConfigWatcher<T> watchConfig(String name, ConfigOptions<T> options) {
        refuseIfClosed();
        LiveConfig<T> watcher = new LiveConfig<>(client, name, options, Integer.toString(watchers.incrementAndGet()));
        watcher.start();
        return watcher;
    }

    /**
     * Returns a publisher of the configuration of the given name.
     *
     * @param name as for {@link #watchConfig}
     * @throws InvalidKeyException if the name breaks the grammar of keys
     */
    public ConfigPublisher configPublisher(String name) {
        return new TreePublisher(client, name);
    }

    private void refuseIfClosed() {
        if (closing.get() != null) {
            throw new SessionClosedException("this client is closed; open another");
        }
    }

    /**
     * Commits, and waits at most for the operation time-out. With the guard of a lease this is a guarded write.
     *
     * @throws CommitFailedException if it certainly did not happen, naming the guard or operation in the way
     * @throws OutcomeUnknownException if the time was over or the session ended, and the commit may have happened
     * @throws InterruptedException if the thread is interrupted while it waits; the commit may have happened
     */
    public CommitResult commit(Commit commit) throws InterruptedException {
        client.refuseToWaitOnLane();
        try {
            return Await.within(
                    client.operationTimeout(),
                    sessions,
                    () -> sessions.call(session -> session.commit(commit)),
                    "the commit",
                    () -> "the backend did not answer");
        } catch (TimeoutExceededException e) {
            throw new OutcomeUnknownException(
                    "the commit was not confirmed within " + client.operationTimeout()
                            + " and may have happened; read before retrying",
                    e);
        }
    }

    /**
     * Reads the latest value of a key, and waits at most for the operation time-out.
     *
     * @throws TimeoutExceededException if the time was over
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public Optional<Entry> get(Key key) throws InterruptedException {
        client.refuseToWaitOnLane();
        return Await.within(
                client.operationTimeout(),
                sessions,
                () -> sessions.call(session -> session.get(key, Read.LATEST)),
                "reading " + key,
                () -> "the backend did not answer");
    }

    /**
     * Returns the session of this client, or opens a new one if the last has expired. The future must not be cancelled;
     * what depends on it runs on the event lane.
     */
    public CompletableFuture<Session> session() {
        return sessions.current().thenApply(LiveSession::session);
    }

    /**
     * Closes the client without blocking: everything it holds is given back, all its waiters give up. Idempotent. The
     * future completes when the session is closed.
     */
    public CompletableFuture<Void> closeAsync() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (!closing.compareAndSet(null, done)) {
            return requireNonNull(closing.get()).copy();
        }
        client.openRecipes().end().thenCompose(ended -> sessions.close()).whenComplete((closed, failure) -> {
            try {
                threads.shutdown();
                if (ownBackend != null) {
                    ownBackend.close();
                }
            } finally {
                done.complete(null);
            }
        });
        return done.copy();
    }

    /**
     * Closes the client as {@link #closeAsync()} does and waits for its threads to end. Callable from any thread; from
     * a callback or an event lane it does not wait. With the backend down it returns after the connection time-out at
     * most; the backend then frees what was held when the session expires there.
     */
    @Override
    public void close() {
        boolean mayWait = !sessions.isOnLane() && !threads.isCurrent();
        CompletableFuture<Void> done = closeAsync();
        if (!mayWait) {
            return;
        }
        sessions.letTimePass(done, Await.FOREVER);
        done.join();
        sessions.join();
        threads.awaitEnd(client.operationTimeout());
        if (ownBackend != null) {
            ownBackend.close();
        }
    }
}

package io.quorate.embedded.testing;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Session;
import io.quorate.backend.Ticker;
import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.embedded.EnsembleConfig;
import io.quorate.embedded.member.Life;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.session.ClientSession;
import io.quorate.embedded.session.EmbeddedBackend;
import io.quorate.embedded.session.EnsembleControls;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An ensemble of tests: with faults, with the clients that were handed out, and with a state that can be emptied between tests.
 *
 * <p>It is emptied in place and not replaced by another one: tests may keep it in a field, and dropping what a test has left costs
 * less than the threads and the election of a new ensemble.
 */
final class TestEnsemble implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SESSION_LIMIT = Duration.ofSeconds(10);
    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final int members;
    private final EmbeddedEnsemble ensemble;
    private final FaultEnvironment environment;
    private final Ticker ticker;
    private final FaultHistory history;
    private final Faults faults;
    private final Map<Quorate, TestClient> clients = new ConcurrentHashMap<>();
    private final Remains remains;

    private TestEnsemble(EnsembleConfig config) {
        this.members = config.members();
        AtomicReference<@Nullable FaultEnvironment> made = new AtomicReference<>();
        this.ensemble = EmbeddedEnsemble.of(config, (plain, controls) -> {
            FaultEnvironment around = new FaultEnvironment(plain, controls);
            made.set(around);
            return around;
        });
        this.environment = Objects.requireNonNull(made.get());
        this.ticker = environment.rightTime();
        this.history = new FaultHistory(ticker);
        this.faults = new Faults(this, environment, history);
        this.remains = new Remains(this, environment.controls());
    }

    static TestEnsemble start(EnsembleConfig config) {
        TestEnsemble made = new TestEnsemble(config);
        made.ensemble.start();
        made.history.restart();
        return made;
    }

    EmbeddedEnsemble ensemble() {
        return ensemble;
    }

    Faults faults() {
        return faults;
    }

    int members() {
        return members;
    }

    // ---- clients

    /**
     * Opens a client.
     *
     * @param keeps whether it outlives the test
     */
    Quorate open(QuorateOptions options, boolean keeps) throws InterruptedException {
        EmbeddedBackend backend = controls().newClient();
        Quorate quorate = Quorate.open(backend, options);
        clients.put(quorate, new TestClient(options.ownerName(), quorate, backend, keeps));
        return quorate;
    }

    private EnsembleControls controls() {
        return environment.controls();
    }

    List<TestClient> clients() {
        return List.copyOf(clients.values());
    }

    /** Closes the clients of the test that ends, or all of them. */
    void closeClients(boolean thoseThatAreKept) {
        for (TestClient client : clients()) {
            if (thoseThatAreKept || !client.keeps()) {
                clients.remove(client.quorate());
                client.close();
            }
        }
    }

    List<EmbeddedBackend> handedOut() {
        return clients().stream().map(TestClient::backend).toList();
    }

    EmbeddedBackend backendOf(Quorate client) {
        TestClient known = clients.get(client);
        return known != null
                ? known.backend()
                : clientSession(sessionOf(client)).client();
    }

    private ClientSession clientSession(Session session) {
        return controls()
                .onLoop(() -> controls().sessions().stream()
                        .filter(open -> open.id().equals(session.id()))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("session " + session.id()
                                + " is not of this ensemble: open the client on its backend")));
    }

    String nameOf(EmbeddedBackend backend) {
        return clients().stream()
                .filter(client -> client.backend() == backend)
                .map(TestClient::name)
                .findFirst()
                .orElse("a client of the test's own");
    }

    Session sessionOf(Quorate client) {
        try {
            return client.session().get(SESSION_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the session of the client", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "the client has no session and got none within " + SESSION_LIMIT
                            + "; heal what keeps it away first",
                    e);
        }
    }

    // ---- members

    int awaitLeader() {
        await("a leader is established", () -> ensemble.leader().isPresent());
        OptionalInt leader = ensemble.leader();
        return leader.isPresent() ? leader.getAsInt() : awaitLeader();
    }

    boolean isDown(int member) {
        return controls()
                .onLoop(() ->
                        controls().members().stream().noneMatch(running -> running.id() == member && !isOver(running)));
    }

    private static boolean isOver(Member member) {
        return member.life() == Life.STOPPED || member.life() == Life.HALTED;
    }

    /** Returns the member whose state has come farthest. Called on the loop. */
    Member newest() {
        return controls().members().stream()
                .max(Comparator.comparingLong(Member::applied))
                .orElseThrow(() -> new IllegalStateException("no member runs"));
    }

    /** Heals all faults, starts all members that do not run, and waits until they serve. */
    void mend() {
        faults.heal();
        if (controls().onLoop(this::allServe)) {
            return;
        }
        for (int id = 1; id <= members; id++) {
            if (isDown(id)) {
                ensemble.kill(id);
                ensemble.start(id);
            }
        }
        await("all members serve", () -> controls().onLoop(this::allServe));
    }

    private boolean allServe() {
        List<Member> running = controls().members();
        return running.size() == members
                && running.stream().allMatch(Member::isServing)
                && running.stream().anyMatch(Member::takesWrites);
    }

    void expire(long session) {
        long[] askedIn = {-1};
        await(
                "session " + session + " has ended",
                () -> controls().onLoop(() -> {
                    Member newest = newest();
                    // Every new leader must be asked anew.
                    if (newest.epoch() != askedIn[0]) {
                        askedIn[0] = newest.epoch();
                        controls().members().forEach(member -> member.expire(session));
                    }
                    return newest.state().session(session).isEmpty();
                }));
    }

    // ---- between tests

    /** Empties the state: of all sessions but those of clients that are kept, and of all entries but what these own. */
    void reset() {
        mend();
        remains.clear();
        history.restart();
    }

    /** Returns what the test has left behind, one line each; waits a moment for what is being taken away. */
    List<String> leaks() {
        return remains.awaitNone();
    }

    /** Returns the threads of clients, by their owner names, that have not ended with them. */
    List<String> liveThreads(Set<String> owners) {
        List<String> leaks = Remains.liveThreads(owners);
        return !leaks.isEmpty()
                        && comesAbout(
                                Remains.GRACE, () -> Remains.liveThreads(owners).isEmpty())
                ? List.of()
                : leaks;
    }

    // ---- waiting

    void await(String what, BooleanSupplier condition) {
        if (!comesAbout(LIMIT, condition)) {
            throw new AssertionError("did not come about within " + LIMIT + ": " + what + "; " + ensemble.status());
        }
    }

    boolean comesAbout(Duration within, BooleanSupplier condition) {
        long limit = ticker.nanos() + within.toNanos();
        while (!condition.getAsBoolean()) {
            if (ticker.nanos() - limit > 0) {
                return false;
            }
            LockSupport.parkNanos(this, POLL_NANOS);
        }
        return true;
    }

    @Override
    public void close() {
        closeClients(true);
        ensemble.close();
    }
}

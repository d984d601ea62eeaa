package io.quorate.embedded;

import io.quorate.backend.Backend;
import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.Snapshot;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.Fault;
import io.quorate.backend.testing.ServiceState;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.session.ClientSession;
import io.quorate.embedded.session.EmbeddedBackend;
import io.quorate.embedded.tree.SessionView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** An ensemble in this process, as one test uses it. */
final class EmbeddedFixture implements BackendFixture {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final EmbeddedEnsemble ensemble;
    private final int members;
    private final Key namespace;
    private final List<EmbeddedBackend> backends = new ArrayList<>();
    private final EmbeddedBackend backend;
    private int killed;

    /** Starts an ensemble, which {@link #shutdown} ends. */
    EmbeddedFixture(EnsembleConfig config) {
        this(start(config), config.members(), Key.ROOT);
    }

    /** Uses an ensemble that runs. */
    EmbeddedFixture(EmbeddedEnsemble ensemble, int members, Key namespace) {
        this.ensemble = ensemble;
        this.members = members;
        this.namespace = namespace;
        this.backend = make();
    }

    static EmbeddedEnsemble start(EnsembleConfig config) {
        return EmbeddedEnsemble.of(config.withConnectionTimeout(Duration.ofSeconds(2)))
                .start();
    }

    private EmbeddedBackend make() {
        EmbeddedBackend made = ensemble.newBackend(() -> {});
        backends.add(made);
        return made;
    }

    EmbeddedEnsemble ensemble() {
        return ensemble;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public Backend newBackend() {
        return make();
    }

    @Override
    public Key namespace() {
        return namespace;
    }

    @Override
    public Duration sessionTimeout() {
        return TIMEOUT;
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        try {
            return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no result within " + LIMIT + " from " + ensemble.status(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void eventually(BooleanSupplier condition, String what) {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(LIMIT)
                    .until(condition::getAsBoolean);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("did not come about: " + what + "; " + ensemble.status(), e);
        }
    }

    @Override
    public Set<Fault> faults() {
        EnumSet<Fault> faults = EnumSet.of(
                Fault.CUT,
                Fault.HANG,
                Fault.EXPIRE,
                Fault.LOSE_REPLY,
                Fault.LOSE_REQUEST,
                Fault.STOP_SERVICE,
                Fault.DELETE_RAW);
        if (members > 1) {
            faults.add(Fault.KILL_LEADER);
        }
        return faults;
    }

    @Override
    public void cut(Session session) {
        ((ClientSession) session).cut();
    }

    @Override
    public void hang(Session session) {
        ((ClientSession) session).hang();
    }

    @Override
    public void restore(Session session) {
        ((ClientSession) session).restore();
    }

    @Override
    public void expire(Session session) {
        long id = session.id().value();
        ensemble.onLoop(() -> {
            ensemble.members().forEach(member -> member.expire(id));
            return true;
        });
        eventually(
                () -> ensemble.onLoop(() -> ensemble.members().stream()
                        .allMatch(member -> member.state().session(id).isEmpty())),
                "the session is expired");
    }

    @Override
    public void loseNextReply(Session session) {
        ((ClientSession) session).loseNextReply();
    }

    @Override
    public void loseNextRequest(Session session) {
        ((ClientSession) session).loseNextRequest();
    }

    /** The member that was killed before comes back, so that there is always a quorum. */
    @Override
    public void killLeader() {
        eventually(() -> ensemble.leadingMember().isPresent(), "there is a leader");
        int leader = ensemble.leadingMember().orElseThrow().id();
        if (killed != 0) {
            ensemble.start(killed);
        }
        ensemble.kill(leader);
        killed = leader;
    }

    @Override
    public void stopService() {
        for (int id = 1; id <= members; id++) {
            ensemble.kill(id);
        }
    }

    @Override
    public void startService() {
        killed = 0;
        for (int id = 1; id <= members; id++) {
            int member = id;
            if (ensemble.members().stream().noneMatch(running -> running.id() == member)) {
                ensemble.start(id);
            }
        }
    }

    @Override
    public void deleteRaw(Key key) {
        Backend operator = ensemble.backend();
        Session session = await(operator.open(new SessionOptions("operator", Duration.ofSeconds(10), namespace())));
        Snapshot snapshot = await(session.snapshot(key));
        Commit.Builder deletion = Commit.builder();
        snapshot.entries().stream()
                .sorted(Comparator.comparing(Entry::key).reversed())
                .forEach(entry -> deletion.delete(entry.key()));
        if (!snapshot.entries().isEmpty()) {
            await(session.commit(deletion.build()));
        }
        operator.close();
    }

    @Override
    public ServiceState audit() {
        return ensemble.onLoop(() -> {
            Member newest = ensemble.members().stream()
                    .max(Comparator.comparingLong(Member::applied))
                    .orElseThrow();
            List<SessionView> sessions = newest.state().sessions();
            int entries = sessions.stream().mapToInt(SessionView::ephemerals).sum();
            int watches = ensemble.members().stream()
                    .mapToInt(member -> member.watches().size())
                    .sum();
            return new ServiceState(sessions.size(), entries, watches);
        });
    }

    @Override
    public Set<String> clientThreads() {
        Set<String> threads = new TreeSet<>();
        backends.forEach(client -> threads.addAll(client.liveThreads()));
        return threads;
    }

    /** Closes the clients; the ensemble goes on for the audit until {@link #shutdown}. */
    @Override
    public void close() {
        startService();
        backends.forEach(EmbeddedBackend::close);
    }

    void shutdown() {
        ensemble.close();
    }
}

package io.quorate.backend.testing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Key;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The contract of {@link io.quorate.backend.Backend} as a suite of tests. A backend takes part with a subclass that makes
 * its {@link BackendFixture}; the same tests run on all of them, so that any difference shows as a red test.
 *
 * <p>The guarantees, by the numbers that {@link Guarantee} refers to:
 *
 * <ol>
 *   <li>Commits are linearizable, atomic, and durable once acknowledged; failure names the first guard or operation in the
 *       way; revisions mean the same to everybody.
 *   <li>A latest read sees all that was acknowledged to anyone; any read never goes backwards within a session; a session
 *       reads its own writes.
 *   <li>Operations of one session on one key apply in issue order, and many may be in flight.
 *   <li>Every batch of a watch brings the listener to a true state; no reply overtakes it.
 *   <li>Gaps are closed by the backend, by comparing both revisions.
 *   <li>Session-owned entries vanish by delete, close or expiry only, and all at one revision.
 *   <li>{@code provenUntilNanos} counts from the sending of the last confirmed renewal, and only moves forward.
 *   <li>Tickets are totally ordered for ever, and an enqueue says who is ahead.
 *   <li>A write whose reply was lost returns its original result and is never applied twice.
 *   <li>Expiry is final.
 *   <li>Close releases everything, may be repeated, and lets each operation in flight complete exactly once.
 *   <li>Cancelling an operation that may leave something behind removes it.
 *   <li>Limits are stated, and enforced before anything is sent.
 * </ol>
 *
 * <p>After each test all sessions are closed, and the service and the client must be found to have forgotten everything.
 */
public abstract class BackendContract
        implements CommitContract,
                ReadContract,
                HistoryContract,
                OrderContract,
                WatchContract,
                SessionContract,
                ProofContract,
                TicketContract,
                UnknownOutcomeContract,
                LimitsContract,
                LaneContract {

    private @Nullable BackendFixture fixture;
    private final List<RecordedView> views = new ArrayList<>();

    /** Makes the fixture of one test. */
    protected abstract BackendFixture newFixture() throws Exception;

    @BeforeEach
    void startFixture() throws Exception {
        fixture = newFixture();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        BackendFixture used = fixture();
        used.close();
        assertThat(views).allSatisfy(view -> assertThat(view.violations()).isEmpty());
        used.eventually(
                () -> used.audit().equals(ServiceState.NOTHING), "the service has forgotten all: " + used.audit());
        used.eventually(() -> used.clientThreads().isEmpty(), "the threads have ended: " + used.clientThreads());
    }

    @Override
    public BackendFixture fixture() {
        return requireNonNull(fixture);
    }

    @Override
    public RecordedView watching(Session session, Key key, Scope scope) {
        RecordedView view = new RecordedView(session.scheduler()::isOnLane);
        views.add(view);
        session.watch(key, scope, view);
        return view;
    }
}

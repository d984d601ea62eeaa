package io.quorate.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.OverloadedException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.lease.LossCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Locks under executors and callbacks that fail, and requests that the session refuses: what is broken stays the user's own. */
final class ModelLockFailuresTest {

    private static final String NAME = "orders";

    private final ModelFixture fixture = new ModelFixture(1, Duration.ZERO);
    private final List<LossCause> losses = new ArrayList<>();

    /** What the executor of the callbacks throws, if anything. */
    private @Nullable Supplier<RuntimeException> failure;

    @AfterEach
    void closeWorld() {
        assertThat(fixture.time().uncaught()).isEmpty();
        fixture.close();
    }

    @Test
    void lostLeaseFreesTheLockThoughTheCallbackExecutorThrows() {
        Quorate a = open("a", this::callbacks);
        Quorate b = open("b", this::callbacks);
        LockLease lease = acquire(a, SuspensionPolicy.FAIL_FAST);
        lease.onLost(losses::add);
        Session session = fixture.await(a.session());

        failure = () -> new IllegalStateException("a user's executor fails");
        fixture.cut(session);
        fixture.eventually(() -> session.state() == SessionState.SUSPENDED, "the connection is lost");
        fixture.restore(session);
        fixture.eventually(() -> session.state() == SessionState.CONNECTED, "the connection is back");
        failure = null;

        assertThat(acquire(b, SuspensionPolicy.FAIL_FAST).token()).isGreaterThan(lease.token());
        assertThat(session.state()).isEqualTo(SessionState.CONNECTED);
    }

    @Test
    void callbackThatThrowsAnErrorKeepsNeitherTheOthersNorTheLock() {
        Quorate a = open("a", Runnable::run);
        LockLease lease = acquire(a, SuspensionPolicy.FAIL_FAST);
        lease.onLost(cause -> {
            throw new AssertionError("a user's callback fails");
        });
        lease.onLost(losses::add);
        Session session = fixture.await(a.session());

        fixture.cut(session);
        fixture.eventually(() -> session.state() == SessionState.SUSPENDED, "the connection is lost");
        fixture.restore(session);

        assertThat(acquire(open("b", this::callbacks), SuspensionPolicy.FAIL_FAST)
                        .token())
                .isGreaterThan(lease.token());
        assertThat(losses).containsExactly(LossCause.CONNECTION_LOST);
        assertThat(session.state()).isEqualTo(SessionState.CONNECTED);
    }

    @Test
    void grantThatTheExecutorRejectsIsGivenBackAndTold() {
        assertGivenBackAndTold(() -> new RejectedExecutionException("the user's executor is full"));
    }

    @Test
    void grantOnWhichTheExecutorThrowsIsGivenBackAndTold() {
        assertGivenBackAndTold(() -> new IllegalStateException("a user's executor fails"));
    }

    private void assertGivenBackAndTold(Supplier<RuntimeException> thrown) {
        Quorate a = open("a", this::callbacks);
        failure = thrown;

        CompletableFuture<LockLease> refused = a.lock(NAME).acquireAsync();

        assertThatThrownBy(() -> fixture.await(refused)).isInstanceOf(OverloadedException.class);
        failure = null;
        assertThat(acquire(open("b", this::callbacks), SuspensionPolicy.FAIL_FAST)
                        .isHeld())
                .isTrue();
    }

    @Test
    void grantThatWasCancelledOnItsWayToTheUserIsGivenBack() {
        List<Runnable> later = new ArrayList<>();
        Quorate a = open("a", later::add);
        CompletableFuture<LockLease> cancelled = a.lock(NAME).acquireAsync();
        fixture.eventually(() -> !later.isEmpty(), "the grant is on its way");

        cancelled.cancel(false);
        later.forEach(Runnable::run);

        assertThat(acquire(open("b", this::callbacks), SuspensionPolicy.FAIL_FAST)
                        .isHeld())
                .isTrue();
    }

    @Test
    void nameThatIsTooLongBelowTheNamespaceFailsEveryWayToAcquireIt() {
        Key namespace = Key.of("n".repeat(200) + "/" + "n".repeat(200));
        Quorate a = open("a", this::callbacks, namespace);
        DistributedLock lock = a.lock("x".repeat(250) + "/" + "x".repeat(250) + "/" + "x".repeat(250));

        CompletableFuture<?> acquired = lock.acquireAsync();
        CompletableFuture<?> tried = lock.tryAcquireAsync();

        assertThatThrownBy(() -> fixture.await(acquired)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> fixture.await(tried)).isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void nameThatLeavesNoRoomForATicketIsRefusedWithoutAWatch() {
        Quorate a = open("a", this::callbacks);
        DistributedLock lock =
                a.lock("x".repeat(250) + "/" + "x".repeat(250) + "/" + "x".repeat(250) + "/" + "x".repeat(240));

        CompletableFuture<?> acquired = lock.acquireAsync();

        assertThatThrownBy(() -> fixture.await(acquired)).isInstanceOf(InvalidKeyException.class);
        fixture.time().advance(Duration.ofSeconds(1));
        assertThat(fixture.audit().watches()).isZero();
    }

    @Test
    void contendersAreListedThoughTheSessionHasJustExpired() {
        Quorate a = open("a", this::callbacks);
        fixture.expire(fixture.await(a.session()));

        assertThat(fixture.await(a.lock(NAME).contendersAsync())).isEmpty();
    }

    private void callbacks(Runnable task) {
        Supplier<RuntimeException> thrown = failure;
        if (thrown != null) {
            throw thrown.get();
        }
        task.run();
    }

    private Quorate open(String owner, Executor callbacks) {
        return open(owner, callbacks, Key.ROOT);
    }

    private Quorate open(String owner, Executor callbacks, Key namespace) {
        QuorateOptions options = QuorateOptions.defaults()
                .withOwnerName(owner)
                .withSessionTimeout(fixture.sessionTimeout())
                .withNamespace(namespace)
                .withCallbackExecutor(callbacks);
        return fixture.await(Quorate.openAsync(fixture.backend(), options));
    }

    private LockLease acquire(Quorate client, SuspensionPolicy policy) {
        return fixture.await(client.lock(NAME, LockOptions.defaults().withSuspensionPolicy(policy))
                .acquireAsync());
    }
}

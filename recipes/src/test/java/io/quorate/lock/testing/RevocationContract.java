package io.quorate.lock.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.testing.Fault;
import io.quorate.lease.RevocationRequest;
import io.quorate.lock.Contended;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockOptions;
import io.quorate.lock.MultiLockLease;
import io.quorate.lock.SemaphoreOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What a request to let go promises, for every kind of lock, on every backend. */
public abstract class RevocationContract extends LockWorld {

    private static final String NAME = "orders/42";

    @Test
    void holderIsToldWhoAsksAndWhyAndMayLetGo() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease lease = await(a.lock(NAME).acquireAsync());
        List<RevocationRequest> told = new CopyOnWriteArrayList<>();
        lease.onRevokeRequested(request -> {
            told.add(request);
            lease.close();
        });
        CompletableFuture<LockLease> next = b.lock(NAME).acquireAsync();
        fixture().eventually(() -> await(a.lock(NAME).contendersAsync()).size() == 2, "b waits");

        assertThat(await(b.lock(NAME).requestRevocationAsync("maintenance\nat noon")))
                .isEqualTo(1);

        assertThat(await(next).token()).isGreaterThan(lease.token());
        assertThat(told).singleElement().satisfies(request -> {
            assertThat(request.requestedBy()).isEqualTo("b");
            assertThat(request.reason()).isEqualTo("maintenance\nat noon");
        });
    }

    @Test
    void requestTakesNothingAwayFromAHolderThatDoesNotCare() {
        Quorate a = open("a");
        LockLease lease = await(a.lock(NAME).acquireAsync());

        assertThat(await(open("b").lock(NAME).requestRevocationAsync("please"))).isEqualTo(1);

        assertThat(lease.isHeld()).isTrue();
        assertThat(await(a.lock(NAME).contendersAsync())).hasSize(1);
    }

    @Test
    void nobodyIsAskedIfNobodyHoldsIt() {
        Quorate a = open("a");

        assertThat(await(a.lock(NAME).requestRevocationAsync("please"))).isZero();
        assertThatThrownBy(() -> a.lock(NAME).requestRevocationAsync("x".repeat(Contended.MAX_REASON + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void requestThatWasThereBeforeTheCallbackIsTold() {
        Quorate a = open("a");
        LockLease lease = await(a.lock(NAME).acquireAsync());
        await(open("b").lock(NAME).requestRevocationAsync("first"));
        await(open("c").lock(NAME).requestRevocationAsync("second"));

        List<String> told = new CopyOnWriteArrayList<>();
        lease.onRevokeRequested(request -> told.add(request.reason()));

        fixture().eventually(() -> told.equals(List.of("second")), "the last request is told");
    }

    @Test
    void laterHolderIsNotConcernedByARequestToAnEarlierOne() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease first = await(a.lock(NAME).acquireAsync());
        await(b.lock(NAME).requestRevocationAsync("to the first"));
        await(first.release());
        LockLease second = await(a.lock(NAME).acquireAsync());
        List<String> told = new CopyOnWriteArrayList<>();
        second.onRevokeRequested(request -> told.add(request.reason()));

        await(b.lock(NAME).requestRevocationAsync("to the second"));

        fixture().eventually(() -> !told.isEmpty(), "the second is told");
        assertThat(told).containsExactly("to the second");
    }

    @Test
    void nobodyIsToldAfterHeIsNoHolderAnyMoreOrDoesNotListen() {
        Quorate a = open("a");
        Quorate b = open("b");
        List<String> told = new CopyOnWriteArrayList<>();
        LockLease first = await(a.lock(NAME).acquireAsync());
        first.onRevokeRequested(request -> told.add("released"));
        await(first.release());
        LockLease second = await(a.lock(NAME).acquireAsync());
        Subscription closed = second.onRevokeRequested(request -> told.add("closed"));
        second.onRevokeRequested(request -> told.add("listening"));
        closed.close();

        await(b.lock(NAME).requestRevocationAsync("please"));

        fixture().eventually(() -> told.contains("listening"), "who listens is told");
        assertThat(told).containsExactly("listening");
    }

    @Test
    void allWhoShareItAreAsked() {
        Quorate a = open("a");
        Quorate b = open("b");
        List<String> told = new CopyOnWriteArrayList<>();
        for (Quorate client : List.of(a, b)) {
            await(client.readWriteLock(NAME).readLock().acquireAsync())
                    .onRevokeRequested(request -> told.add("reader"));
            await(client.semaphore(NAME, SemaphoreOptions.defaults().withInitialPermits(2))
                            .acquireAsync())
                    .onRevokeRequested(request -> told.add("permit"));
        }

        assertThat(await(a.readWriteLock(NAME).requestRevocationAsync("write"))).isEqualTo(2);
        assertThat(await(b.semaphore(NAME).requestRevocationAsync("shrink"))).isEqualTo(2);

        fixture().eventually(() -> told.size() == 4, "all are told");
        assertThat(told).containsExactlyInAnyOrder("reader", "reader", "permit", "permit");
    }

    @Test
    void holderOfSeveralIsToldForEachAndWhoAsksForSeveralAsksEach() {
        Quorate a = open("a");
        List<String> told = new CopyOnWriteArrayList<>();
        MultiLockLease lease = await(a.multiLock(List.of("x", "y")).acquireAsync());
        lease.onRevokeRequested(request -> told.add(request.reason()));

        assertThat(await(open("b").lock("y").requestRevocationAsync("one"))).isEqualTo(1);
        fixture().eventually(() -> told.equals(List.of("one")), "the holder is told");
        assertThat(await(open("c").multiLock(List.of("x", "y")).requestRevocationAsync("both")))
                .isEqualTo(2);
        fixture().eventually(() -> told.size() == 3, "the holder is told of each");
    }

    @Test
    void requestThatWasMadeWhileTheHolderWasCutOffIsToldLater() {
        fixture().require(Fault.CUT);
        Quorate a = open("a");
        LockLease lease =
                await(a.lock(NAME, LockOptions.defaults().withSuspensionPolicy(SuspensionPolicy.UNTIL_DEADLINE))
                        .acquireAsync());
        List<String> told = new CopyOnWriteArrayList<>();
        lease.onRevokeRequested(request -> told.add(request.reason()));
        Session session = session(a);
        fixture().cut(session);
        fixture().eventually(() -> session.state() != SessionState.CONNECTED, "a is cut off");
        await(open("b").lock(NAME).requestRevocationAsync("please"));
        fixture().restore(session);

        fixture()
                .eventually(
                        () -> !told.isEmpty() || !lease.isHeld(), "it is told, unless the lease was lost meanwhile");
    }

    @Test
    void nothingOfARequestOutlivesTheClientThatMadeIt() {
        Quorate a = open("a");
        LockLease lease = await(a.lock(NAME).acquireAsync());
        Quorate b = open("b");
        await(b.lock(NAME).requestRevocationAsync("please"));
        assertThat(fixture().audit().sessionEntries()).isEqualTo(2);
        await(b.closeAsync());

        fixture().eventually(() -> fixture().audit().sessionEntries() == 1, "only the ticket is left");
        assertThat(lease.isHeld()).isTrue();
    }
}

package io.quorate.lock.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Guard;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.backend.OwnershipLostException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.backend.testing.Fault;
import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;
import io.quorate.lock.Contender;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockMode;
import io.quorate.lock.QueueView;
import io.quorate.lock.WriteLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every lock for reading and writing promises, on every backend. */
public abstract class ReadWriteLockContract extends LockWorld {

    private static final String NAME = "catalog/prices";
    private static final Key DATA = Key.of("/data/prices");

    @Test
    void readersShareTheLock() {
        LockLease one = await(read(open("a")));
        LockLease two = await(read(open("b")));

        assertThat(one.isHeld()).isTrue();
        assertThat(two.isHeld()).isTrue();
        assertThat(two.token()).isGreaterThan(one.token());
    }

    @Test
    void writerExcludesReadersAndWriters() {
        Quorate a = open("a");
        Quorate b = open("b");
        WriteLease writer = await(write(a));
        CompletableFuture<LockLease> reading = read(b);
        awaitContenders(a, 2);
        CompletableFuture<WriteLease> writing = write(b);
        awaitContenders(a, 3);
        assertThat(reading).isNotDone();
        assertThat(writing).isNotDone();

        await(writer.release());
        LockLease reader = await(reading);
        assertThat(reader.token()).isGreaterThan(writer.token());
        assertThat(writing).isNotDone();
        await(reader.release());
        assertThat(await(writing).token()).isGreaterThan(reader.token());
    }

    @Test
    void writerWaitsForEachOfThoseAheadInWhateverOrderTheyLeave() {
        Quorate a = open("a");
        Quorate b = open("b");
        List<LockLease> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            readers.add(await(read(i % 2 == 0 ? a : b)));
        }
        CompletableFuture<WriteLease> writing = write(open("c"));
        awaitContenders(a, 5);

        for (int index : List.of(3, 0, 2)) {
            await(readers.get(index).release());
            assertThat(writing).isNotDone();
        }
        await(readers.get(1).release());
        assertThat(await(writing).isHeld()).isTrue();
    }

    @Test
    void readerWaitsForLastPrecedingWriterOnly() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease before = await(read(a));
        CompletableFuture<WriteLease> writing = write(b);
        awaitContenders(a, 2);
        CompletableFuture<LockLease> reading = read(open("c"));
        awaitContenders(a, 3);
        assertThat(reading).as("it does not overtake the writer").isNotDone();

        writing.cancel(false);

        assertThat(await(reading).isHeld()).isTrue();
        assertThat(before.isHeld())
                .as("and does not wait for the reader before")
                .isTrue();
    }

    @Test
    void writerThatGivesUpInTheMiddleLetsReadersThroughOnlyPastNoOtherWriter() {
        Quorate a = open("a");
        WriteLease holder = await(write(a));
        CompletableFuture<WriteLease> givesUp = write(open("b"));
        awaitContenders(a, 2);
        CompletableFuture<LockLease> reading = read(open("c"));
        awaitContenders(a, 3);

        givesUp.cancel(false);
        awaitContenders(a, 2);
        assertThat(reading).as("the holder is a writer, too").isNotDone();
        await(holder.release());

        assertThat(await(reading).isHeld()).isTrue();
    }

    @Test
    void allReadersBehindAWriterAreLetInTogetherAndTheNextWriterAfterAllOfThem() {
        Quorate a = open("a");
        List<Quorate> owners = List.of(open("b"), open("c"), open("d"));
        WriteLease writer = await(write(a));
        List<CompletableFuture<LockLease>> reading = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            reading.add(read(owners.get(i % 3)));
            awaitContenders(a, i + 2);
        }
        CompletableFuture<WriteLease> last = write(a);
        awaitContenders(a, 11);

        await(writer.release());
        List<LockLease> readers = reading.stream().map(this::await).toList();
        assertThat(last).isNotDone();
        readers.forEach(reader -> await(reader.release()));

        assertThat(await(last).token()).isGreaterThan(readers.get(8).token());
    }

    @Test
    void writersAreNeverTogetherWithAnybodyAndNoIncrementIsLost() {
        Quorate setUp = open("setup");
        await(session(setUp)
                .commit(Commit.builder().create(DATA, Bytes.utf8("0")).build()));
        AtomicInteger writing = new AtomicInteger();
        AtomicInteger reading = new AtomicInteger();
        List<String> violations = new CopyOnWriteArrayList<>();
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Quorate client = open("client-" + i);
            for (int round = 0; round < 6; round++) {
                all.add(write(client).thenCompose(lease -> {
                    if (writing.incrementAndGet() > 1 || reading.get() > 0) {
                        violations.add("a writer beside " + writing + " writers and " + reading + " readers");
                    }
                    return increment(client, lease.guard()).whenComplete((done, failure) -> {
                        writing.decrementAndGet();
                        lease.close();
                    });
                }));
                all.add(read(client).thenCompose(lease -> {
                    reading.incrementAndGet();
                    if (writing.get() > 0) {
                        violations.add("a reader beside a writer");
                    }
                    return value(client).whenComplete((done, failure) -> {
                        reading.decrementAndGet();
                        lease.close();
                    });
                }));
            }
        }
        all.forEach(this::await);

        assertThat(violations).isEmpty();
        assertThat(await(value(setUp))).isEqualTo(18);
    }

    @Test
    void tryAcquireLooksWithoutQueueingUp() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease reader = await(read(a));
        assertThat(await(b.readWriteLock(NAME).writeLock().tryAcquireAsync())).isEmpty();
        Optional<LockLease> second = await(b.readWriteLock(NAME).readLock().tryAcquireAsync());
        assertThat(second).isPresent();
        await(reader.release());
        await(second.orElseThrow().release());

        Optional<WriteLease> writer = await(b.readWriteLock(NAME).writeLock().tryAcquireAsync());
        assertThat(writer).isPresent();
        assertThat(await(a.readWriteLock(NAME).readLock().tryAcquireAsync())).isEmpty();
        assertThat(view(a).waiters()).isEmpty();
    }

    @Test
    void viewShowsWhoHoldsItHowAndWhoWaits() {
        Quorate a = open("a");
        LockLease first = await(read(a));
        LockLease second = await(read(open("b")));
        CompletableFuture<WriteLease> writing = write(open("c"));
        awaitContenders(a, 3);
        CompletableFuture<LockLease> reading = read(open("d"));
        awaitContenders(a, 4);

        QueueView view = view(a);
        assertThat(view.holders()).extracting(Contender::owner).containsExactly("a", "b");
        assertThat(view.holders()).extracting(Contender::token).containsExactly(first.token(), second.token());
        assertThat(view.holders()).extracting(Contender::mode).containsOnly(LockMode.SHARED);
        assertThat(view.waiters()).extracting(Contender::owner).containsExactly("c", "d");
        assertThat(view.waiters()).extracting(Contender::mode).containsExactly(LockMode.EXCLUSIVE, LockMode.SHARED);
        writing.cancel(false);
        assertThat(await(reading).isHeld()).isTrue();
    }

    @Test
    void downgradeKeepsThePlaceAndTheTokenAndLetsNoWriterInBetween() {
        Quorate a = open("a");
        WriteLease writer = await(write(a));
        CompletableFuture<WriteLease> next = write(open("b"));
        awaitContenders(a, 2);

        LockLease reader = await(writer.downgradeAsync());

        assertThat(writer.isHeld()).isFalse();
        assertThat(writer.state()).isEqualTo(LeaseState.LOST);
        assertThat(writer.remaining()).isZero();
        assertThat(reader.isHeld()).isTrue();
        assertThat(reader.token()).isEqualTo(writer.token());
        assertThat(view(a).holders()).extracting(Contender::mode).containsExactly(LockMode.SHARED);
        assertThat(view(a).holders()).extracting(Contender::owner).containsExactly("a");
        writer.close();
        await(writer.release());
        assertThat(reader.isHeld()).as("the lost lease gives nothing back").isTrue();
        assertThat(next).isNotDone();
        await(reader.release());
        assertThat(await(next).token()).isGreaterThan(reader.token());
    }

    @Test
    void downgradeLetsInTheReadersRightBehindAndWhoComesLater() {
        Quorate a = open("a");
        WriteLease writer = await(write(a));
        CompletableFuture<LockLease> waiting = read(open("b"));
        awaitContenders(a, 2);
        LockLease reader = await(writer.downgradeAsync());

        assertThat(await(waiting).isHeld()).isTrue();
        assertThat(await(read(open("c"))).isHeld()).isTrue();
        assertThat(await(open("d").readWriteLock(NAME).readLock().tryAcquireAsync()))
                .isPresent();
        assertThat(await(open("e").readWriteLock(NAME).writeLock().tryAcquireAsync()))
                .isEmpty();
        assertThat(reader.isHeld()).isTrue();
        assertThatThrownBy(writer::downgradeAsync).isInstanceOf(OwnershipLostException.class);
    }

    @Test
    void guardOfAWriterFailsOnceItOnlyReadsAndThatOfAReaderHolds() {
        Quorate a = open("a");
        WriteLease writer = await(write(a));
        Guard writing = writer.guard();
        await(session(a)
                .commit(Commit.builder()
                        .guard(writing)
                        .create(DATA, Bytes.utf8("1"))
                        .build()));
        LockLease reader = await(writer.downgradeAsync());

        assertThatThrownBy(() -> await(session(a)
                        .commit(Commit.builder()
                                .guard(writing)
                                .update(DATA, Bytes.utf8("2"))
                                .build())))
                .isInstanceOf(GuardFailedException.class);
        Guard reading = reader.guard();
        await(session(a)
                .commit(Commit.builder()
                        .guard(reading)
                        .update(DATA, Bytes.utf8("3"))
                        .build()));
        await(reader.release());
        assertThatThrownBy(() -> await(session(a)
                        .commit(Commit.builder()
                                .guard(reading)
                                .update(DATA, Bytes.utf8("4"))
                                .build())))
                .isInstanceOf(GuardFailedException.class);
    }

    @Test
    void downgradeThatIsGivenUpGivesTheLockBack() {
        Quorate a = open("a");
        WriteLease writer = await(write(a));
        CompletableFuture<LockLease> downgrade = writer.downgradeAsync();
        if (!downgrade.cancel(false)) {
            // The answer was here first, so there is a read lock that nobody has given up.
            await(await(downgrade).release());
        }

        assertThat(await(write(open("b"))).token()).isGreaterThan(writer.token());
    }

    @Test
    void downgradeWhoseReplyWasLostIsADowngrade() {
        fixture().require(Fault.LOSE_REPLY);
        Quorate a = open("a");
        WriteLease writer = await(a.readWriteLock(
                        NAME,
                        io.quorate.lock.LockOptions.defaults()
                                .withSuspensionPolicy(io.quorate.backend.SuspensionPolicy.UNTIL_DEADLINE))
                .writeLock()
                .acquireAsync());
        fixture().loseNextReply(session(a));

        LockLease reader = await(writer.downgradeAsync());

        assertThat(reader.isHeld()).isTrue();
        assertThat(await(read(open("b"))).isHeld()).isTrue();
    }

    @Test
    void writerThatExpiredIsLostBeforeReadersAreLetIn() {
        fixture().require(Fault.CUT, Fault.EXPIRE);
        Quorate a = open("a");
        Quorate b = open("b");
        WriteLease stale = await(write(a));
        List<LossCause> losses = new CopyOnWriteArrayList<>();
        stale.onLost(losses::add);
        List<CompletableFuture<Boolean>> staleAtGrant = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            staleAtGrant.add(read(b).thenApply(lease -> stale.isHeld()));
        }
        awaitContenders(b, 4);

        Session session = session(a);
        fixture().cut(session);
        fixture().eventually(() -> !stale.isHeld(), "the writer knows by itself");
        fixture().expire(session);

        assertThat(staleAtGrant).allSatisfy(held -> assertThat(await(held)).isFalse());
        fixture().eventually(() -> losses.size() == 1, "the loss is told once");
        fixture().restore(session);
    }

    @Test
    void readersAndWritersOutliveTheLossOfTheConnectionWhileTheyWait() {
        fixture().require(Fault.CUT);
        Quorate a = open("a");
        Quorate b = open("b");
        WriteLease writer = await(write(a));
        CompletableFuture<LockLease> reading = read(b);
        awaitContenders(a, 2);
        CompletableFuture<WriteLease> writing = write(b);
        awaitContenders(a, 3);
        Session session = session(b);
        fixture().cut(session);
        fixture().eventually(() -> session.state() != SessionState.CONNECTED, "b is cut off");
        await(writer.release());
        assertThat(reading).isNotDone();
        fixture().restore(session);

        LockLease reader = await(reading);
        assertThat(reader.isHeld()).isTrue();
        await(reader.release());
        assertThat(await(writing).isHeld()).isTrue();
    }

    @Test
    void readersAndWritersHaveTheirTurnsThroughTheDeathOfTheLeader() {
        fixture().require(Fault.KILL_LEADER);
        Quorate a = open("a");
        Quorate b = open("b");
        WriteLease writer = await(write(a));
        CompletableFuture<LockLease> reading = read(b);
        awaitContenders(a, 2);
        CompletableFuture<WriteLease> writing = write(b);
        awaitContenders(a, 3);

        fixture().killLeader();
        await(writer.release());

        LockLease reader = await(reading);
        assertThat(reader.token()).isGreaterThan(writer.token());
        await(reader.release());
        assertThat(await(writing).token()).isGreaterThan(reader.token());
    }

    @Test
    void limitOfAWriterHoldsAndLeavesNothing() throws Exception {
        assumeRealTime();
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease reader = a.readWriteLock(NAME).readLock().acquire();

        assertThatThrownBy(() -> b.readWriteLock(NAME).writeLock().acquire(Duration.ofMillis(100)))
                .isInstanceOf(TimeoutExceededException.class)
                .hasMessageContaining("others hold it");
        fixture().eventually(() -> view(a).waiters().isEmpty(), "b has left");
        try (LockLease beside = b.readWriteLock(NAME).readLock().acquire(Duration.ofSeconds(10))) {
            assertThat(beside.isHeld()).isTrue();
        }
        reader.close();
        try (WriteLease writer = b.readWriteLock(NAME).writeLock().acquire(Duration.ofSeconds(10));
                LockLease downgraded = writer.downgrade()) {
            assertThat(downgraded.isHeld()).isTrue();
            assertThat(b.readWriteLock(NAME).holders()).hasSize(1);
            assertThat(b.readWriteLock(NAME).queue()).isEmpty();
        }
    }

    private static CompletableFuture<LockLease> read(Quorate client) {
        return client.readWriteLock(NAME).readLock().acquireAsync();
    }

    private static CompletableFuture<WriteLease> write(Quorate client) {
        return client.readWriteLock(NAME).writeLock().acquireAsync();
    }

    private QueueView view(Quorate client) {
        return await(client.readWriteLock(NAME).viewAsync());
    }

    private void awaitContenders(Quorate client, int count) {
        fixture()
                .eventually(
                        () -> {
                            QueueView view = view(client);
                            return view.holders().size() + view.waiters().size() == count;
                        },
                        count + " stand in the queue");
    }

    private CompletableFuture<Integer> value(Quorate client) {
        return client.session()
                .thenCompose(session -> session.get(DATA, io.quorate.backend.Read.LATEST))
                .thenApply(found -> Integer.parseInt(
                        found.orElseThrow().optionalValue().map(Bytes::utf8).orElseThrow()));
    }

    private CompletableFuture<?> increment(Quorate client, Guard guard) {
        return value(client)
                .thenCompose(value -> client.session()
                        .thenCompose(session -> session.commit(Commit.builder()
                                .guard(guard)
                                .update(DATA, Bytes.utf8(String.valueOf(value + 1)))
                                .build())));
    }
}

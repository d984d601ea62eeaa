package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.Listing;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Reads: as fresh as was asked for, whole where that was asked for, and confined to the namespace. */
interface ReadContract extends ContractWorld {

    @Test
    @Guarantee(2)
    default void latestReadSeesWhatAnyoneWasAcknowledged() {
        Session writer = open("writer");
        Session reader = openElsewhere("reader");
        create(writer, A, "0");
        for (int i = 1; i <= 30; i++) {
            long revision = update(writer, A, "v" + i).revision();
            assertThat(existing(reader, A).modRevision()).isEqualTo(revision);
        }
    }

    @Test
    @Guarantee(2)
    default void syncedReadSeesWhatAnyoneWasAcknowledged() {
        Session writer = open("writer");
        Session reader = openElsewhere("reader");
        create(writer, A, "0");
        for (int i = 1; i <= 30; i++) {
            long revision = update(writer, A, "v" + i).revision();
            assertThat(await(reader.get(A, Read.SYNCED)))
                    .map(Entry::modRevision)
                    .contains(revision);
            assertThat(await(reader.list(PARENT, Content.ENTRIES, Read.SYNCED)).entries())
                    .extracting(Entry::modRevision)
                    .containsExactly(revision);
        }
    }

    @Test
    @Guarantee(2)
    default void latestListingSeesWhatAnyoneWasAcknowledged() {
        Session writer = open("writer");
        Session reader = openElsewhere("reader");
        for (int i = 1; i <= 20; i++) {
            create(writer, PARENT.child("c" + i), "x");
            assertThat(countChildren(reader, PARENT)).isEqualTo(i);
        }
    }

    @Test
    @Guarantee(2)
    default void snapshotSeesWhatAnyoneWasAcknowledged() {
        Session writer = open("writer");
        Session reader = openElsewhere("reader");
        create(writer, A, "0");
        for (int i = 1; i <= 20; i++) {
            long revision = update(writer, A, "v" + i).revision();
            Snapshot snapshot = await(reader.snapshot(PARENT));
            assertThat(snapshot.entry(A)).map(Entry::modRevision).contains(revision);
        }
    }

    @Test
    @Guarantee(2)
    default void anyReadNeverGoesBackWithinASession() {
        Session writer = open("writer");
        Session reader = openElsewhere("reader");
        create(writer, A, "0");
        long seen = existing(reader, A).modRevision();
        for (int i = 1; i <= 30; i++) {
            CompletableFuture<?> update = writer.commit(updating(A, "v" + i));
            long now = await(reader.get(A, Read.ANY)).orElseThrow().modRevision();
            assertThat(now).isGreaterThanOrEqualTo(seen);
            seen = now;
            await(update);
        }
    }

    @Test
    @Guarantee(2)
    default void anyReadNeverGoesBackBehindALatestOneOrASnapshot() {
        Session writer = open("writer");
        Session reader = openElsewhere("reader");
        create(writer, A, "0");
        for (int i = 1; i <= 15; i++) {
            update(writer, A, "v" + i);
            long latest = existing(reader, A).modRevision();
            assertThat(await(reader.get(A, Read.ANY)).orElseThrow().modRevision())
                    .isGreaterThanOrEqualTo(latest);
            long later = update(writer, A, "w" + i).revision();
            await(reader.snapshot(PARENT));
            assertThat(await(reader.get(A, Read.ANY)).orElseThrow().modRevision())
                    .isGreaterThanOrEqualTo(later);
        }
    }

    @Test
    @Guarantee(2)
    default void anyReadNeverGoesBackBehindAWatch() {
        Session writer = open("writer");
        Session reader = openElsewhere("reader");
        create(writer, A, "0");
        RecordedView view = begunWatching(reader, A, Scope.ENTRY);
        for (int i = 1; i <= 15; i++) {
            long revision = update(writer, A, "v" + i).revision();
            eventually(() -> view.revision() >= revision, "the watch sees the update");
            assertThat(await(reader.get(A, Read.ANY)).orElseThrow().modRevision())
                    .isGreaterThanOrEqualTo(revision);
        }
    }

    @Test
    @Guarantee(2)
    default void anyReadNeverGoesBackAcrossAReconnection() {
        fixture().require(Fault.CUT);
        Session writer = open("writer");
        Session reader = openElsewhere("reader");
        create(writer, A, "0");
        for (int i = 1; i <= 5; i++) {
            update(writer, A, "v" + i);
            long latest = existing(reader, A).modRevision();
            fixture().cut(reader);
            fixture().restore(reader);
            assertThat(await(reader.get(A, Read.ANY)).orElseThrow().modRevision())
                    .isGreaterThanOrEqualTo(latest);
        }
    }

    @Test
    @Guarantee(2)
    default void sessionReadsItsOwnWrites() {
        Session session = open();
        create(session, A, "0");
        for (int i = 1; i <= 15; i++) {
            long revision = update(session, A, "v" + i).revision();
            assertThat(await(session.get(A, Read.ANY)).orElseThrow().modRevision())
                    .isEqualTo(revision);
            create(session, PARENT.child("c" + i), "x");
            assertThat(await(session.list(PARENT, Content.KEYS, Read.ANY)).keys())
                    .hasSize(i + 1);
        }
    }

    @Test
    default void missingKeyReadsAsEmpty() {
        Session session = open();
        assertThat(await(session.get(A, Read.LATEST))).isEmpty();
        assertThat(await(session.get(A, Read.ANY))).isEmpty();
        Listing listing = await(session.list(A, Content.ENTRIES, Read.LATEST));
        assertThat(listing.parentExists()).isFalse();
        assertThat(listing.keys()).isEmpty();
        Snapshot snapshot = await(session.snapshot(A));
        assertThat(snapshot.prefix()).isEqualTo(A);
        assertThat(snapshot.entries()).isEmpty();
    }

    @Test
    default void listingIsInCreationOrder() {
        Session session = open();
        for (String name : List.of("z", "m", "a", "k")) {
            create(session, PARENT.child(name), name);
        }
        update(session, PARENT.child("z"), "updated");
        delete(session, PARENT.child("m"));
        create(session, PARENT.child("m"), "again");
        Listing listing = await(session.list(PARENT, Content.ENTRIES, Read.LATEST));
        assertThat(listing.keys().stream().map(Key::name)).containsExactly("z", "a", "k", "m");
        assertThat(listing.entries().stream().map(Entry::key)).containsExactlyElementsOf(listing.keys());
        assertThat(listing.entries().get(0).value()).isEqualTo(Bytes.utf8("updated"));
    }

    @Test
    default void childrenOfOneCommitAreListedInTheOrderOfTheirKeys() {
        Session session = open();
        await(session.commit(Commit.builder()
                .create(PARENT.child("z"), null)
                .create(PARENT.child("a"), null)
                .create(PARENT.child("m"), null)
                .build()));
        assertThat(await(session.list(PARENT, Content.KEYS, Read.LATEST)).keys().stream()
                        .map(Key::name))
                .containsExactly("a", "m", "z");
    }

    @Test
    default void listingHasDirectChildrenOnly() {
        Session session = open();
        create(session, A.child("grandchild"), "x");
        create(session, Key.of("/contracted"), "not below");
        Listing listing = await(session.list(PARENT, Content.KEYS, Read.LATEST));
        assertThat(listing.parent()).isEqualTo(PARENT);
        assertThat(listing.parentExists()).isTrue();
        assertThat(listing.keys()).containsExactly(A);
        assertThat(listing.entries()).isEmpty();
    }

    @Test
    default void rootIsListedAndAlwaysExists() {
        Session session = open();
        assertThat(await(session.list(Key.ROOT, Content.KEYS, Read.LATEST)).parentExists())
                .isTrue();
        create(session, A, "a");
        assertThat(await(session.list(Key.ROOT, Content.KEYS, Read.LATEST)).keys())
                .containsExactly(PARENT);
    }

    @Test
    default void snapshotHasTheWholeSubtreeOrderedByKey() {
        Session session = open();
        create(session, B, "b");
        create(session, A.child("x"), "ax");
        create(session, Key.of("/contract-2"), "a key that only looks as if it were below");
        long last = update(session, B, "b2").revision();
        Snapshot snapshot = await(session.snapshot(PARENT));
        assertThat(snapshot.entries().stream().map(Entry::key)).containsExactly(PARENT, A, A.child("x"), B);
        assertThat(snapshot.revision()).isGreaterThanOrEqualTo(last);
        assertThat(await(session.snapshot(Key.ROOT)).entries().stream().map(Entry::key))
                .containsExactly(PARENT, Key.of("/contract-2"), A, A.child("x"), B)
                .isSorted();
    }

    /** Both keys change in each commit, so a snapshot that shows two different numbers is torn. */
    @Test
    default void snapshotIsTrueAtOneRevisionWhileOthersWrite() {
        Session writer = open("writer");
        Session reader = openElsewhere("reader");
        await(writer.commit(commitBoth(0, true)));
        List<CompletableFuture<?>> writes = new ArrayList<>();
        List<CompletableFuture<Snapshot>> reads = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            writes.add(writer.commit(commitBoth(i, false)));
            reads.add(reader.snapshot(PARENT));
        }
        for (CompletableFuture<Snapshot> read : reads) {
            Snapshot snapshot = await(read);
            Entry a = snapshot.entry(A).orElseThrow();
            Entry b = snapshot.entry(B).orElseThrow();
            assertThat(a.value()).isEqualTo(b.value());
            assertThat(a.modRevision()).isEqualTo(b.modRevision()).isLessThanOrEqualTo(snapshot.revision());
        }
        writes.forEach(this::await);
    }

    private Commit commitBoth(int number, boolean first) {
        Bytes value = Bytes.utf8("n" + number);
        return first
                ? Commit.builder().create(A, value).create(B, value).build()
                : Commit.builder().update(A, value).update(B, value).build();
    }

    @Test
    default void keysAreRelativeToTheNamespace() {
        Key room = Key.of("/room");
        Session outside = open();
        Session inside = open(fixture().options("inside").withNamespace(inNamespace(room)));
        create(inside, A, "inside");
        assertThat(exists(outside, A)).isFalse();
        assertThat(text(outside, room.resolve(A.toString()))).isEqualTo("inside");
        assertThat(existing(inside, A).key()).isEqualTo(A);
        assertThat(await(inside.list(PARENT, Content.KEYS, Read.LATEST)).keys()).containsExactly(A);
        assertThat(await(inside.snapshot(Key.ROOT)).entries().stream().map(Entry::key))
                .containsExactly(PARENT, A);
        RecordedView view = begunWatching(inside, Key.ROOT, Scope.SUBTREE);
        assertThat(view.entries()).containsOnlyKeys(PARENT, A);
        Ticket ticket = enqueue(inside);
        assertThat(ticket.key().isChildOf(QUEUE)).isTrue();
        assertThat(enqueue(inside).ahead()).containsExactly(ticket.place());
        KeyExistsException failure = failure(
                KeyExistsException.class,
                inside.commit(Commit.builder().create(A, null).build()));
        assertThat(failure.key()).isEqualTo(A);
    }

    private Key inNamespace(Key key) {
        Key namespace = fixture().namespace();
        return namespace.isRoot() ? key : namespace.resolve(key.toString());
    }

    @Test
    default void manyReadsMayBeInFlight() {
        Session session = open();
        create(session, A, "a");
        List<CompletableFuture<?>> reads = new ArrayList<>();
        IntStream.range(0, 100).forEach(i -> reads.add(session.get(A, i % 2 == 0 ? Read.LATEST : Read.ANY)));
        reads.forEach(this::await);
    }
}

package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Guard;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.Ticket;
import io.quorate.backend.TooLargeException;
import org.junit.jupiter.api.Test;

/** Bad input: refused by the call itself, before anything is sent. */
interface LimitsContract extends ContractWorld {

    @Test
    @Guarantee(13)
    default void oversizeValueIsRefusedByTheCall() {
        Session session = open();
        int limit = session.capabilities().maxValueBytes();
        Bytes tooLarge = Bytes.of(new byte[limit + 1]);
        create(session, B, "b");
        assertThatExceptionOfType(TooLargeException.class)
                .isThrownBy(() ->
                        session.commit(Commit.builder().create(A, tooLarge).build()))
                .satisfies(refusal -> {
                    assertThat(refusal.limit()).isEqualTo(limit);
                    assertThat(refusal.actual()).isEqualTo(limit + 1);
                });
        assertThatExceptionOfType(TooLargeException.class)
                .isThrownBy(() ->
                        session.commit(Commit.builder().update(B, tooLarge).build()));
        assertThatExceptionOfType(TooLargeException.class).isThrownBy(() -> session.enqueue(QUEUE, "w", tooLarge));
        assertThat(exists(session, A)).isFalse();
        assertThat(exists(session, QUEUE)).isFalse();
        assertThat(text(session, B)).isEqualTo("b");
    }

    @Test
    @Guarantee(13)
    default void oversizeCommitIsRefusedByTheCall() {
        Session session = open();
        int limit = session.capabilities().maxCommitSize();
        Commit.Builder tooMany = Commit.builder().guard(Guard.exists(B));
        for (int i = 0; i < limit; i++) {
            tooMany.create(PARENT.child("n" + i), null);
        }
        assertThatExceptionOfType(TooLargeException.class)
                .isThrownBy(() -> session.commit(tooMany.build()))
                .satisfies(refusal -> assertThat(refusal.actual()).isEqualTo(limit + 1));
        assertThat(exists(session, PARENT)).isFalse();
    }

    @Test
    @Guarantee(13)
    default void badKeyIsRefusedBeforeThereIsAnOperation() {
        for (String bad : new String[] {"", "//", "/a//b", "/a/", "/a/../b", "/zookeeper/x", "/quorate", "/a\u0000b"}) {
            assertThatExceptionOfType(InvalidKeyException.class).isThrownBy(() -> Key.of(bad));
        }
    }

    @Test
    @Guarantee(13)
    default void rootIsRefusedWhereItMeansNothing() {
        Session session = open();
        assertThatExceptionOfType(InvalidKeyException.class).isThrownBy(() -> session.get(Key.ROOT, Read.LATEST));
        assertThatExceptionOfType(InvalidKeyException.class).isThrownBy(() -> session.enqueue(Key.ROOT, "w", null));
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> session.watch(Key.ROOT, Scope.ENTRY, batch -> {}));
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> session.watch(Key.ROOT, Scope.QUEUE, batch -> {}));
    }

    @Test
    @Guarantee(13)
    default void keyThatIsTooLongWithTheNamespaceIsRefusedByTheCall() {
        Key namespace = fixture().namespace().resolve("n".repeat(200));
        Session session = open(fixture().options("tester").withNamespace(namespace));
        StringBuilder path = new StringBuilder();
        while (path.length() < 900) {
            path.append('/').append("k".repeat(89));
        }
        Key key = Key.of(path.toString());
        assertThatExceptionOfType(InvalidKeyException.class).isThrownBy(() -> session.get(key, Read.LATEST));
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(
                        () -> session.commit(Commit.builder().create(key, null).build()));
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> session.watch(key, Scope.SUBTREE, batch -> {}));
    }

    @Test
    @Guarantee(13)
    default void queueKeyThatLeavesNoRoomForATicketIsRefusedByTheCall() {
        Session session =
                open(fixture().options("tester").withNamespace(fixture().namespace()));
        int room = Key.MAX_BYTES - fixture().namespace().sizeInBytes() - 10;
        StringBuilder path = new StringBuilder();
        while (path.length() < room - 201) {
            path.append('/').append("k".repeat(199));
        }
        path.append('/').append("k".repeat(room - path.length() - 1));
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> session.enqueue(Key.of(path.toString()), "w", null));
    }

    @Test
    @Guarantee(13)
    default void badTicketLabelIsRefusedByTheCall() {
        Session session = open();
        for (String bad : new String[] {"", "W", "a-b", "x".repeat(17), "\u00e4"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> session.enqueue(QUEUE, bad, null));
        }
    }

    @Test
    @Guarantee({8, 13})
    default void ticketNamesAreReserved() {
        Session session = open();
        Ticket ticket = enqueue(session);
        await(session.dequeue(ticket));
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> session.commit(
                        Commit.builder().create(ticket.key(), null).build()));
    }

    @Test
    @Guarantee(13)
    default void ticketOfAnotherSessionIsRefusedByTheCall() {
        Session owner = open("owner");
        Session other = openElsewhere("other");
        Ticket ticket = enqueue(owner);
        assertThatIllegalArgumentException().isThrownBy(() -> other.dequeue(ticket));
        assertThat(exists(owner, ticket.key())).isTrue();
    }
}

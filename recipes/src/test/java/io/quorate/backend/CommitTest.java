package io.quorate.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a commit may contain, and the limits that a backend puts on it. */
class CommitTest {

    private static final Key A = Key.of("/a");
    private static final Key B = Key.of("/b");
    private static final Entry READ = new Entry(A, Bytes.utf8("v"), 3, 7, null, Instant.EPOCH);
    private static final Capabilities LIMITS =
            new Capabilities(4, 3, Duration.ofSeconds(1), Duration.ofSeconds(9), SuspensionPolicy.FAIL_FAST);

    @Test
    void builderKeepsTheOrderOfGuardsAndOperations() {
        Commit commit = Commit.builder()
                .guard(Guard.exists(B))
                .guard(Guard.unchanged(READ))
                .update(READ, Bytes.utf8("w"))
                .createOwned(B, null)
                .build();
        assertThat(commit.guards()).containsExactly(new Guard.Exists(B), new Guard.Unchanged(A, 7));
        assertThat(commit.ops())
                .containsExactly(new Op.Update(A, Bytes.utf8("w"), 7), new Op.Create(B, null, Op.Lifetime.SESSION));
        assertThat(Commit.builder().delete(READ).build().ops()).containsExactly(new Op.Delete(A, 7));
        assertThat(Commit.builder().delete(A).build().ops()).containsExactly(new Op.Delete(A, Op.ANY_REVISION));
        assertThat(Commit.builder().create(A, null).build().ops())
                .containsExactly(new Op.Create(A, null, Op.Lifetime.PERSISTENT));
    }

    @Test
    void emptyCommitIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Commit.builder().guard(Guard.exists(A)).build())
                .withMessageContaining("at least one operation");
    }

    @Test
    void keyThatIsChangedTwiceIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Commit.builder().delete(A).create(A, null).build())
                .withMessageContaining("/a occurs twice");
    }

    @Test
    void rootCannotBeChanged() {
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> Commit.builder().update(Key.ROOT, null).build());
    }

    @Test
    void namesOfTicketsCannotBeCreatedButDeletedAndUpdated() {
        Key ticket = Key.of("/queue/w-0123456789abcdef0123456789abcdef-0000000001");
        Key wrapped = Key.of("/queue/w-0123456789abcdef0123456789abcdef--000000001");
        for (Key key : List.of(ticket, wrapped)) {
            assertThatExceptionOfType(InvalidKeyException.class)
                    .isThrownBy(() -> Commit.builder().create(key, null).build())
                    .withMessageContaining("reserved for tickets");
            assertThat(Commit.builder().delete(key).build().ops()).hasSize(1);
            assertThat(Commit.builder().update(key, null).build().ops()).hasSize(1);
        }
    }

    @Test
    void commitDoesNotChangeWithTheListsItWasMadeOf() {
        List<Op> ops = new ArrayList<>(List.of(new Op.Delete(A, Op.ANY_REVISION)));
        Commit commit = new Commit(List.of(), ops);
        ops.clear();
        assertThat(commit.ops()).hasSize(1);
    }

    @Test
    void limitsCountGuardsAndOperationsTogether() {
        Commit.Builder builder =
                Commit.builder().guard(Guard.exists(A)).guard(Guard.exists(B)).delete(A);
        LIMITS.check(builder.build());
        assertThatExceptionOfType(TooLargeException.class)
                .isThrownBy(() -> LIMITS.check(builder.delete(B).build()))
                .satisfies(refusal -> {
                    assertThat(refusal.limit()).isEqualTo(3);
                    assertThat(refusal.actual()).isEqualTo(4);
                });
    }

    @Test
    void limitsMeasureTheValuesOfCreatesAndUpdates() {
        Bytes fits = Bytes.utf8("four");
        Bytes tooLarge = Bytes.utf8("fives");
        LIMITS.check(Commit.builder().create(A, fits).update(B, fits).build());
        LIMITS.check(Commit.builder().create(A, null).update(B, null).build());
        assertThatExceptionOfType(TooLargeException.class)
                .isThrownBy(
                        () -> LIMITS.check(Commit.builder().create(A, tooLarge).build()))
                .withMessageContainingAll("/a", "4", "5");
        assertThatExceptionOfType(TooLargeException.class)
                .isThrownBy(
                        () -> LIMITS.check(Commit.builder().update(B, tooLarge).build()));
    }

    @Test
    void limitsIncludeTheirBoundsForSessionTimeouts() {
        SessionOptions options = SessionOptions.of("tester");
        LIMITS.check(options.withTimeout(Duration.ofSeconds(1)));
        LIMITS.check(options.withTimeout(Duration.ofSeconds(9)));
        for (Duration outside : List.of(Duration.ofMillis(999), Duration.ofMillis(9_001))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> LIMITS.check(options.withTimeout(outside)))
                    .withMessageContainingAll("PT1S", "PT9S");
        }
    }

    @Test
    void sessionOptionsRefuseBadOwnersAndTimeouts() {
        assertThatIllegalArgumentException().isThrownBy(() -> SessionOptions.of(" "));
        assertThatIllegalArgumentException().isThrownBy(() -> SessionOptions.of("x".repeat(129)));
        assertThatIllegalArgumentException().isThrownBy(() -> SessionOptions.of("line\nbreak"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SessionOptions.of("tester").withTimeout(Duration.ZERO));
        assertThat(SessionOptions.of("x".repeat(128)).timeout()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void entryRefusesAModRevisionBelowItsCreateRevision() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Entry(A, null, 7, 6, null, Instant.EPOCH));
    }
}

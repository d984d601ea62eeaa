package io.quorate.embedded.member;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.Txn;
import org.junit.jupiter.api.Test;

/** Members that applied the same have the same digest; whoever finds another one must stop. */
final class DigestAuditTest {

    private final DigestAudit audit = new DigestAudit();
    private final StateMachine state = new StateMachine();

    private void applyUpTo(long index) {
        while (state.appliedIndex() < index) {
            state.apply(state.appliedIndex() + 1, new Txn.NoOp());
            audit.applied(state);
        }
    }

    @Test
    void sameDigestIsFineWhicheverComesFirst() {
        audit.leaderHas(DigestAudit.INTERVAL, digestAt(DigestAudit.INTERVAL));
        assertThatCode(() -> applyUpTo(DigestAudit.INTERVAL)).doesNotThrowAnyException();
        applyUpTo(2L * DigestAudit.INTERVAL);
        assertThatCode(() -> audit.leaderHas(2L * DigestAudit.INTERVAL, state.digest()))
                .doesNotThrowAnyException();
    }

    private static long digestAt(long index) {
        StateMachine twin = new StateMachine();
        while (twin.appliedIndex() < index) {
            twin.apply(twin.appliedIndex() + 1, new Txn.NoOp());
        }
        return twin.digest();
    }

    @Test
    void anotherDigestOfTheLeaderStopsTheMember() {
        applyUpTo(DigestAudit.INTERVAL);
        assertThatThrownBy(() -> audit.leaderHas(DigestAudit.INTERVAL, ~state.digest()))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("index " + DigestAudit.INTERVAL);
    }

    @Test
    void anotherDigestThatCameFirstStopsTheMemberToo() {
        audit.leaderHas(DigestAudit.INTERVAL, ~digestAt(DigestAudit.INTERVAL));
        assertThatThrownBy(() -> applyUpTo(DigestAudit.INTERVAL)).isInstanceOf(DivergedException.class);
    }

    @Test
    void whatWasNotComparedInTimeIsForgotten() {
        applyUpTo(40L * DigestAudit.INTERVAL);
        assertThatCode(() -> audit.leaderHas(DigestAudit.INTERVAL, 1)).doesNotThrowAnyException();
    }
}

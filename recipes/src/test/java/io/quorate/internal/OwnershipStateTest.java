package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;
import org.junit.jupiter.api.Test;

final class OwnershipStateTest {

    private final OwnershipState held = new OwnershipState.Held();
    private final OwnershipState doubt = new OwnershipState.Doubt();
    private final OwnershipState lost = new OwnershipState.Lost(LossCause.DEADLINE_PASSED);

    @Test
    void heldAndDoubtAlternate() {
        assertThat(held.suspended()).isEqualTo(doubt);
        assertThat(doubt.suspended()).isEqualTo(doubt);
        assertThat(doubt.verified()).isEqualTo(held);
        assertThat(held.verified()).isEqualTo(held);
    }

    @Test
    void lostIsTerminalAndKeepsItsFirstCause() {
        assertThat(held.lost(LossCause.SESSION_EXPIRED)).isEqualTo(new OwnershipState.Lost(LossCause.SESSION_EXPIRED));
        assertThat(lost.lost(LossCause.RELEASED)).isEqualTo(lost);
        assertThat(lost.suspended()).isEqualTo(lost);
        assertThat(lost.verified()).isEqualTo(lost);
    }

    @Test
    void stateIsShownAsUsersKnowIt() {
        assertThat(held.visible()).isEqualTo(LeaseState.HELD);
        assertThat(doubt.visible()).isEqualTo(LeaseState.DOUBT);
        assertThat(lost.visible()).isEqualTo(LeaseState.LOST);
    }
}

package io.quorate.embedded.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What the log is told of connections that fail. */
class ReasonsTest {

    private final Reasons reasons = new Reasons();

    @Test
    void reasonIsToldOnceOfEachMemberHoweverDifferentItsWords() {
        FrameException first = new FrameException(FrameException.Reason.CHECKSUM, "a frame of 70 bytes is damaged");
        FrameException second = new FrameException(FrameException.Reason.CHECKSUM, "a frame of 80 bytes is damaged");
        assertThat(reasons.isNew(1, Reasons.kind(first))).isTrue();
        assertThat(reasons.isNew(1, Reasons.kind(second))).isFalse();
        assertThat(reasons.isNew(2, Reasons.kind(second))).isTrue();
        assertThat(reasons.isNew(1, Reasons.kind(new RefusedException(Refusal.PROOF, "why"))))
                .isTrue();
        assertThat(reasons.isNew(1, Reasons.kind(new IOException("any")))).isTrue();
    }

    @Test
    void reasonIsToldAgainAfterAConnectionHasLasted() {
        assertThat(reasons.isNew(1, "any")).isTrue();
        reasons.forget(1);
        assertThat(reasons.isNew(1, "any")).isTrue();
    }
}

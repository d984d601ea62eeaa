package io.quorate.embedded.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members that applied the same have the same digest; those that a quorum disagrees with must stop. */
final class DigestAuditTest {

    private final List<String> verdicts = new ArrayList<>();
    private final DigestAudit audit = new DigestAudit(
            1,
            2,
            (member, index, expected, certain) ->
                    verdicts.add(member + " at " + index + " should have " + expected + (certain ? "" : "?")));

    private void tick(int ticks) {
        for (int i = 0; i < ticks; i++) {
            audit.tick();
        }
    }

    @Test
    void sameDigestIsFineWhicheverComesFirst() {
        audit.report(2, 1_000, 7);
        audit.report(1, 1_000, 7);
        audit.report(3, 1_000, 7);
        tick(DigestAudit.PATIENCE_TICKS);
        assertThat(verdicts).isEmpty();
    }

    @Test
    void memberThatAQuorumDisagreesWithIsNamedOnceWhenTheQuorumIsThere() {
        audit.report(2, 1_000, 8);
        audit.report(1, 1_000, 7);
        assertThat(verdicts).isEmpty();
        audit.report(3, 1_000, 7);
        assertThat(verdicts).containsExactly("2 at 1000 should have 7");
        tick(2 * DigestAudit.PATIENCE_TICKS);
        assertThat(verdicts).hasSize(1);
    }

    @Test
    void memberThatReportsLateIsJudgedToo() {
        audit.report(1, 1_000, 7);
        audit.report(3, 1_000, 7);
        audit.report(2, 1_000, 8);
        assertThat(verdicts).containsExactly("2 at 1000 should have 7");
    }

    @Test
    void leaderThatAQuorumDisagreesWithNamesItself() {
        audit.report(1, 1_000, 8);
        audit.report(2, 1_000, 7);
        audit.report(3, 1_000, 7);
        assertThat(verdicts).containsExactly("1 at 1000 should have 7");
    }

    @Test
    void whoDiffersFromTheLeaderIsNamedWithoutCertaintyIfNobodyElseSpeaks() {
        audit.report(1, 1_000, 7);
        audit.report(2, 1_000, 8);
        tick(DigestAudit.PATIENCE_TICKS - 1);
        assertThat(verdicts).isEmpty();
        tick(1);
        assertThat(verdicts).containsExactly("2 at 1000 should have 7?");
    }

    @Test
    void memberThatIsAloneAtAnIndexIsNotJudged() {
        audit.report(1, 1_000, 7);
        audit.report(2, 2_000, 8);
        tick(2 * DigestAudit.PATIENCE_TICKS);
        assertThat(verdicts).isEmpty();
    }

    @Test
    void whatWasNotComparedInTimeIsForgotten() {
        audit.report(2, 1_000, 8);
        for (int i = 2; i < 40; i++) {
            audit.report(1, 1_000L * i, 7);
        }
        audit.report(1, 1_000, 7);
        audit.report(3, 1_000, 7);
        assertThat(verdicts).isEmpty();
    }
}

package io.quorate.embedded.zab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuorumTest {

    @Test
    void agreedIndexIsTheLargestThatAQuorumHas() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long[] values = random.longs(1 + random.nextInt(9), 0, 8).toArray();
            assertThat(new Quorum(values.length).agreedOn(values))
                    .as(Arrays.toString(values))
                    .isEqualTo(naive(values));
        }
    }

    private static long naive(long[] values) {
        for (long candidate = 8; candidate > 0; candidate--) {
            long wanted = candidate;
            if (2 * Arrays.stream(values).filter(v -> v >= wanted).count() > values.length) {
                return candidate;
            }
        }
        return 0;
    }

    @Test
    void twoQuorumsShareAMember() {
        for (int members = 1; members <= 9; members++) {
            assertThat(2 * new Quorum(members).size()).isGreaterThan(members);
            assertThat(2 * (new Quorum(members).size() - 1)).isLessThanOrEqualTo(members);
        }
    }
}

package io.quorate.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

final class FencingGateTest {

    private final FencingGate gate = FencingGate.create();

    @Test
    void holderPassesAsOftenAsItLikes() throws Exception {
        assertThat(gate.call(7, () -> "one")).isEqualTo("one");
        assertThat(gate.call(7, () -> "two")).isEqualTo("two");
        assertThat(gate.highest()).isEqualTo(7);
    }

    @Test
    void staleTokenIsRefusedBeforeItsActionRuns() {
        List<String> done = new ArrayList<>();
        gate.run(8, () -> done.add("current"));

        assertThatThrownBy(() -> gate.run(7, () -> done.add("stale")))
                .isInstanceOfSatisfying(StaleTokenException.class, refused -> {
                    assertThat(refused.token()).isEqualTo(7);
                    assertThat(refused.highest()).isEqualTo(8);
                })
                .hasMessageContaining("acquire anew");
        assertThat(done).containsExactly("current");
    }

    @Test
    void actionThatFailsHasStillShownItsToken() {
        assertThatThrownBy(() -> gate.call(8, () -> {
                    throw new IOException("disk full");
                }))
                .isInstanceOf(IOException.class);

        assertThatThrownBy(() -> gate.run(7, () -> {})).isInstanceOf(StaleTokenException.class);
    }

    @Test
    void gateResumesWhereTheResourceWasLastWritten() {
        assertThatThrownBy(() -> FencingGate.resumeAt(9).run(8, () -> {})).isInstanceOf(StaleTokenException.class);
    }

    @Test
    void checkAndActionAreOneStep() {
        // An action that saw its token admitted must never run after one with a higher token.
        List<Long> order = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (long token = 1; token <= 2_000; token++) {
                long mine = token;
                all.add(CompletableFuture.runAsync(
                        () -> {
                            try {
                                gate.run(mine, () -> order.add(mine));
                            } catch (StaleTokenException e) {
                                assertThat(e.highest()).isGreaterThan(mine);
                            }
                        },
                        threads));
            }
            all.forEach(CompletableFuture::join);
        } finally {
            threads.shutdownNow();
        }

        assertThat(order).isSorted().doesNotHaveDuplicates().endsWith(2_000L);
    }
}

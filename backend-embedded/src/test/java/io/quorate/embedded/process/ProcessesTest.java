package io.quorate.embedded.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A short run of what {@code .ci/jepsen} does for as long as it is asked to. */
@Timeout(600)
class ProcessesTest {

    @TempDir
    private Path directory = Path.of("set by JUnit");

    @Test
    void whatClientsSawIsLinearizableThoughProcessesAreKilledAndStopped() throws Exception {
        Jepsen.Result result = Jepsen.run(directory, 1, TimeUnit.SECONDS.toNanos(60), 10);
        assertThat(result.violations()).isEmpty();
        assertThat(result.faultCount()).isPositive();
        assertThat(result.operations()).isGreaterThan(100);
        assertThat(result.locked()).isPositive();
    }
}

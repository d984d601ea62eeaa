package io.quorate.embedded.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays the scenario scripts. {@link ScenarioScript#main} rewrites them. */
class ScenarioTest {

    private static final Path SCRIPTS = Path.of("src/test/resources/zab");

    static Stream<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void scenarioGoesAsWritten(Path script) throws IOException {
        List<String> written = Files.readAllLines(script);
        assertThat(ScenarioScript.replay(written)).isEqualTo(written);
        assertThat(written).noneMatch(line -> line.startsWith("VIOLATED"));
    }
}

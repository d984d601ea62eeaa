package io.quorate.embedded.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays the scenario scripts. {@link ScenarioScript#main} rewrites them. */
class ScenarioTest {

    private static final Path SCRIPTS = Path.of("src/test/resources/zab");
    private static final Pattern ROW = Pattern.compile("\\| (\\d+|–) \\| .* \\| (.*) \\| (.*) \\|");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

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
        assertThat(written).noneMatch(line -> line.startsWith("VIOLATED") || line.startsWith("FAILED"));
    }

    /** A row of the README: a known bug, its script, and a mistake that the script must notice. */
    record Row(int number, List<String> scripts, List<String> mistakes) {}

    static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(SCRIPTS.resolve("README.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.add(new Row(
                        row.group(1).equals("–") ? 0 : Integer.parseInt(row.group(1)),
                        names(row.group(2)),
                        names(row.group(3))));
            }
        }
        return rows;
    }

    private static List<String> names(String cell) {
        return NAME.matcher(cell).results().map(match -> match.group(1)).toList();
    }

    @Test
    void everyKnownBugHasAScriptOrAReasonForNone() throws IOException {
        Set<Integer> numbers = new TreeSet<>();
        Set<String> named = new TreeSet<>();
        for (Row row : rows()) {
            numbers.add(row.number());
            named.addAll(row.scripts());
        }
        assertThat(numbers)
                .containsExactlyElementsOf(IntStream.rangeClosed(0, 40).boxed().toList());
        List<String> files = scripts()
                .map(script -> script.getFileName().toString().replace(".txt", ""))
                .toList();
        assertThat(named).as("scripts that the README names").isEqualTo(new TreeSet<>(files));
    }

    static Stream<Row> rowsWithMistakes() throws IOException {
        return rows().stream().filter(row -> !row.mistakes().isEmpty());
    }

    /** No scenario goes as written whatever the engine does: each notices the mistake that it is there for. */
    @ParameterizedTest
    @MethodSource("rowsWithMistakes")
    void scenarioNoticesItsMistake(Row row) throws IOException {
        for (String mistake : row.mistakes()) {
            boolean noticed = false;
            for (String script : row.scripts()) {
                noticed |= notices(Files.readAllLines(SCRIPTS.resolve(script + ".txt")), mistake);
            }
            assertThat(noticed).as(mistake + " is noticed by " + row.scripts()).isTrue();
        }
    }

    private static boolean notices(List<String> script, String mistake) {
        try {
            return !ScenarioScript.replay(script, Planted.of(mistake)).equals(script);
        } catch (IllegalStateException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // The mistake ends the script.
            return true;
        }
    }
}

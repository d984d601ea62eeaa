package io.quorate.embedded.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One member dies at each of its effects in turn, in the scenario scripts of three members. */
class ScriptSweepTest {

    static Stream<Path> scripts() throws IOException {
        List<Path> all = ScenarioTest.scripts().toList();
        return all.stream().filter(script -> {
            List<String> lines = lines(script);
            return lines.stream().anyMatch(line -> line.equals("ensemble 3") || line.startsWith("engine 3"));
        });
    }

    private static List<String> lines(Path script) {
        try {
            return Files.readAllLines(script);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void allComeBackWhereverAMemberDies(Path script) {
        List<String> lines = lines(script);
        int member = 1 + Math.floorMod(script.getFileName().toString().hashCode(), 3);
        int effects = 0;
        while (survives(script, lines, member, effects)) {
            effects++;
        }
        assertThat(effects).as("effects of member " + member).isGreaterThan(20);
    }

    private static boolean survives(Path script, List<String> lines, int member, int effects) {
        try {
            return ScenarioScript.sweep(lines, member, effects);
        } catch (PropertyViolated violation) {
            throw new AssertionError(
                    script.getFileName() + ", member " + member + " dies at effect " + effects, violation);
        }
    }

    @Test
    void twentyScriptsAreSwept() throws IOException {
        assertThat(scripts()).hasSizeGreaterThanOrEqualTo(20);
    }
}

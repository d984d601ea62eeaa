package io.quorate.samples.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages about testing show nothing that is not compiled and run, and link to nothing that is not there. */
class TestingGuideTest {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path DOCS = ROOT.resolve("docs");
    private static final List<Path> SOURCES = List.of(
            ROOT.resolve("samples/testing/src"),
            ROOT.resolve("backend-embedded/src/test/java/io/quorate/embedded/testing"));
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern TEST_LINK = Pattern.compile("\\[`(\\w+)`]\\(([^)#:]*src/test/[^)#:]+\\.java)\\)");

    @ParameterizedTest
    @ValueSource(strings = {"testing.md", "virtual-time.md", "linearizability.md"})
    void everyJavaBlockIsPartOfWhatATestRuns(String page) throws IOException {
        String sources = folded(sources());
        assertThat(JAVA_BLOCK
                        .matcher(Files.readString(DOCS.resolve(page)))
                        .results()
                        .map(result -> result.group(1)))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(sources).contains(folded(block)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"testing.md", "virtual-time.md", "linearizability.md"})
    void everyLinkLeadsToAFileAndEveryGuaranteeToATest(String page) throws IOException {
        String text = Files.readString(DOCS.resolve(page));
        assertThat(LINK.matcher(text).results().map(result -> result.group(1)))
                .isNotEmpty()
                .allSatisfy(target -> assertThat(DOCS.resolve(target)).exists());
        Matcher tests = TEST_LINK.matcher(text);
        int count = 0;
        while (tests.find()) {
            count++;
            assertThat(Files.readString(DOCS.resolve(tests.group(2))))
                    .containsPattern("(void|class) " + tests.group(1) + "\\b");
        }
        assertThat(count).isPositive();
    }

    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path root : SOURCES) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    all.append(Files.readString(file));
                }
            }
        }
        return all.toString();
    }

    private static String folded(String code) {
        return code.replaceAll("\\s+", " ").strip();
    }
}

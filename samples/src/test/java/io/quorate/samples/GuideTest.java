package io.quorate.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages of the guide show nothing that is not compiled and run, link to nothing that is not there, and prove what they promise. */
final class GuideTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path DOCS = ROOT.resolve("docs");
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]*)(?:#([^)]*))?\\)");
    private static final Pattern TEST_LINK = Pattern.compile("\\[`(\\w+)`]\\(([^)#:]*src/test/[^)#:]+\\.java)\\)");

    static List<Path> guide() throws IOException {
        try (Stream<Path> files = Files.list(DOCS.resolve("guide"))) {
            return files.sorted().toList();
        }
    }

    static Stream<Path> pages() throws IOException {
        return Stream.concat(guide().stream(), Stream.of(DOCS.resolve("coming-from.md"), ROOT.resolve("README.md")));
    }

    @ParameterizedTest
    @MethodSource("guide")
    void everyJavaBlockIsPartOfASampleThatATestRuns(Path page) throws IOException {
        String samples = folded(sources());
        assertThat(matches(JAVA_BLOCK, page).map(block -> block.group(1)))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(samples).contains(folded(block)));
    }

    @ParameterizedTest
    @MethodSource("guide")
    void everyPromiseNamesATestThatIsThere(Path page) throws IOException {
        List<MatchResult> tests = matches(TEST_LINK, page).toList();
        assertThat(tests).hasSizeGreaterThan(3);
        for (MatchResult test : tests) {
            assertThat(Files.readString(page.resolveSibling(test.group(2)))).contains("void " + test.group(1) + "(");
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsToAFileAndAHeading(Path page) throws IOException {
        List<MatchResult> links = matches(LINK, page).toList();
        assertThat(links).isNotEmpty();
        for (MatchResult link : links) {
            Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
            assertThat(target).exists();
            if (link.group(2) != null) {
                assertThat(anchors(target)).contains(link.group(2));
            }
        }
    }

    /** Returns the names by which the headings of a page can be linked to. */
    private static List<String> anchors(Path page) throws IOException {
        return Files.readAllLines(page).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceAll("^#+ *|[^A-Za-z0-9 -]", "").toLowerCase(Locale.ROOT))
                .map(heading -> heading.replace(' ', '-'))
                .toList();
    }

    private static Stream<MatchResult> matches(Pattern pattern, Path page) throws IOException {
        return pattern.matcher(Files.readString(page)).results();
    }

    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(ROOT.resolve("samples/src/main/java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    private static String folded(String code) {
        return code.replaceAll("\\s+", " ").strip();
    }
}

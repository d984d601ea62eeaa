package io.quorate.samples.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page about testing shows nothing that is not compiled and run, and links to nothing that is not there. */
class TestingGuideTest {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path DOCS = ROOT.resolve("docs");
    private static final Path PAGE = DOCS.resolve("testing.md");
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern TEST_LINK = Pattern.compile("\\[`(\\w+)`]\\(([^)#:]*src/test/[^)#:]+\\.java)\\)");

    @Test
    void everyJavaBlockIsPartOfTheSample() throws IOException {
        String sources = folded(sources());
        List<String> blocks = JAVA_BLOCK
                .matcher(Files.readString(PAGE))
                .results()
                .map(result -> result.group(1))
                .toList();

        assertThat(blocks).isNotEmpty().allSatisfy(block -> assertThat(sources).contains(folded(block)));
    }

    @Test
    void everyLinkLeadsToAFileAndEveryGuaranteeToATest() throws IOException {
        String text = Files.readString(PAGE);
        assertThat(LINK.matcher(text).results().map(result -> result.group(1)).toList())
                .isNotEmpty()
                .allSatisfy(target -> assertThat(DOCS.resolve(target)).exists());
        Matcher tests = TEST_LINK.matcher(text);
        int count = 0;
        while (tests.find()) {
            count++;
            assertThat(Files.readString(DOCS.resolve(tests.group(2)))).contains("void " + tests.group(1) + "(");
        }
        assertThat(count).isGreaterThan(5);
    }

    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(ROOT.resolve("samples/testing/src"))) {
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

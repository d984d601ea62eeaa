package io.quorate.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guide to leadership shows nothing that is not compiled and run, and links to nothing that is not there. */
final class LeaderGuideTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path GUIDE = ROOT.resolve("docs/guide");
    private static final Path SAMPLE = ROOT.resolve("samples/src/main/java/io/quorate/samples/LeaderOnlyJob.java");
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern TEST_LINK = Pattern.compile("\\[`(\\w+)`]\\(([^)#:]*src/test/[^)#:]+\\.java)\\)");

    @ParameterizedTest
    @ValueSource(strings = {"leader-latch.md", "leader-election.md"})
    void everyJavaBlockIsPartOfASampleThatATestRuns(String page) throws IOException {
        String sample = folded(Files.readString(SAMPLE));
        List<String> blocks = JAVA_BLOCK
                .matcher(Files.readString(GUIDE.resolve(page)))
                .results()
                .map(result -> result.group(1))
                .toList();

        assertThat(blocks).isNotEmpty().allSatisfy(block -> assertThat(sample).contains(folded(block)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"leader-latch.md", "leader-election.md"})
    void everyLinkLeadsToAFileAndEveryGuaranteeToATest(String page) throws IOException {
        String text = Files.readString(GUIDE.resolve(page));
        assertThat(LINK.matcher(text).results().map(result -> result.group(1)).toList())
                .isNotEmpty()
                .allSatisfy(target -> assertThat(GUIDE.resolve(target)).exists());
        Matcher tests = TEST_LINK.matcher(text);
        int count = 0;
        while (tests.find()) {
            count++;
            assertThat(Files.readString(GUIDE.resolve(tests.group(2)))).contains("void " + tests.group(1) + "(");
        }
        assertThat(count).isGreaterThan(4);
    }

    private static String folded(String code) {
        return code.replaceAll("\\s+", " ").strip();
    }
}

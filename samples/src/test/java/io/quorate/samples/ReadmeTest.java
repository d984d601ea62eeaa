package io.quorate.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README shows nothing that is not compiled and run, and links to nothing that is not there. */
final class ReadmeTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern TEST_LINK = Pattern.compile("\\[`(\\w+)`]\\(([^)#:]*src/test/[^)#:]+\\.java)\\)");

    @Test
    void everyJavaBlockIsPartOfASampleThatATestRuns() throws IOException {
        String samples = folded(sourcesOf(ROOT.resolve("samples/src/main/java")));
        List<String> blocks = matches(JAVA_BLOCK, readme(), 1);

        assertThat(blocks).isNotEmpty().allSatisfy(block -> assertThat(samples).contains(folded(block)));
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        assertThat(matches(LINK, readme(), 1))
                .isNotEmpty()
                .allSatisfy(target -> assertThat(ROOT.resolve(target)).exists());
    }

    @Test
    void everyGuaranteeNamesATestThatIsThere() throws IOException {
        Matcher links = TEST_LINK.matcher(readme());
        int count = 0;
        while (links.find()) {
            count++;
            assertThat(Files.readString(ROOT.resolve(links.group(2)))).contains("void " + links.group(1) + "(");
        }
        assertThat(count).isGreaterThan(5);
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    private static List<String> matches(Pattern pattern, String text, int group) {
        return pattern.matcher(text)
                .results()
                .map(result -> result.group(group))
                .toList();
    }

    private static String sourcesOf(Path directory) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory)) {
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

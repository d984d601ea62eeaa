package io.quorate.samples;

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

/** The pages of the guide about locks and circuit breakers show nothing that is not compiled and run, and link to nothing that is not there. */
final class GuideTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path GUIDE = ROOT.resolve("docs/guide");
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern TEST_LINK = Pattern.compile("\\[`(\\w+)`]\\(([^)#:]*src/test/[^)#:]+\\.java)\\)");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "locks.md",
                "read-write-lock.md",
                "semaphore.md",
                "multi-lock.md",
                "circuit-breaker.md",
                "guarded-backend.md"
            })
    void everyBlockIsPartOfASampleAndEveryLinkLeadsSomewhere(String page) throws IOException {
        String text = Files.readString(GUIDE.resolve(page));
        String samples = folded(sources());
        List<String> blocks = matches(JAVA_BLOCK, text);
        assertThat(blocks).isNotEmpty().allSatisfy(block -> assertThat(samples).contains(folded(block)));
        assertThat(matches(LINK, text))
                .isNotEmpty()
                .allSatisfy(target -> assertThat(GUIDE.resolve(target)).exists());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "locks.md",
                "read-write-lock.md",
                "semaphore.md",
                "multi-lock.md",
                "circuit-breaker.md",
                "guarded-backend.md"
            })
    void everyPromiseNamesATestThatIsThere(String page) throws IOException {
        Matcher links = TEST_LINK.matcher(Files.readString(GUIDE.resolve(page)));
        int count = 0;
        while (links.find()) {
            count++;
            assertThat(Files.readString(GUIDE.resolve(links.group(2)))).contains("void " + links.group(1) + "(");
        }
        assertThat(count).isGreaterThan(3);
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1)).toList();
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

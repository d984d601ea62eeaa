package io.quorate.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The guide of configurations shows nothing that is not compiled and run, and names no test that is not there. */
final class ConfigGuideTest {

    private static final Path GUIDE = Path.of("../docs/guide").toAbsolutePath().normalize();
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern TEST_LINK = Pattern.compile("\\[`(\\w+)`]\\(([^)#:]+\\.java)\\)");

    @Test
    void everyJavaBlockIsPartOfTheSample() throws IOException {
        String sample = folded(Files.readString(Path.of("src/main/java/io/quorate/samples/LiveConfiguration.java")));

        assertThat(JAVA_BLOCK.matcher(guide()).results().map(block -> folded(block.group(1))))
                .hasSize(3)
                .allSatisfy(block -> assertThat(sample).contains(block));
    }

    @Test
    void everyPromiseNamesATestThatIsThere() throws IOException {
        Matcher links = TEST_LINK.matcher(guide());
        int count = 0;
        while (links.find()) {
            count++;
            assertThat(Files.readString(GUIDE.resolve(links.group(2)))).contains("void " + links.group(1) + "(");
        }
        assertThat(count).isGreaterThan(5);
    }

    private static String guide() throws IOException {
        return Files.readString(GUIDE.resolve("config.md"));
    }

    private static String folded(String code) {
        return code.replaceAll("\\s+", " ").strip();
    }
}

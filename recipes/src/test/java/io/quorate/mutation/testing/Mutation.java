package io.quorate.mutation.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A mistake that somebody could make, as a change of a source.
 *
 * @param sources the directory of a module's sources
 * @param file the source, below that
 * @param find the code that is right; it occurs once, spaces and line breaks aside
 * @param replace the mistake
 */
public record Mutation(Path sources, String file, String find, String replace) {

    /** Returns the source with the mistake. */
    public String source() {
        String right = folded(read());
        String code = folded(find);
        int first = right.indexOf(code);
        assertThat(first)
                .as("%s no longer reads `%s`: bring the mutation up to date", file, find)
                .isNotNegative();
        assertThat(right.indexOf(code, first + 1))
                .as("`%s` occurs more than once in %s: make the mutation say which", find, file)
                .isNegative();
        return right.substring(0, first) + replace + right.substring(first + code.length());
    }

    private String read() {
        try {
            return Files.readString(sources.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Brings code onto one line; comments that end with their line are dropped. */
    private static String folded(String code) {
        return code.replaceAll("(?m)^\\s*//.*$", "").replaceAll("\\s+", " ").strip();
    }
}

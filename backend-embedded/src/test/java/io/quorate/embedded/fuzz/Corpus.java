package io.quorate.embedded.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The inputs that are kept for a target: a file of lines, each an input as hexadecimal digits. */
final class Corpus {

    private static final Path DIRECTORY = Path.of("src", "test", "resources", "fuzz");

    private Corpus() {}

    static Path file(Target target) {
        return DIRECTORY.resolve(target + ".txt");
    }

    /** Returns the inputs of a target; a line that begins with {@code #} says something of those that follow. */
    static List<byte[]> of(Target target) throws IOException {
        List<byte[]> inputs = new ArrayList<>();
        for (String line : Files.readAllLines(file(target))) {
            if (!line.startsWith("#")) {
                inputs.add(HexFormat.of().parseHex(line));
            }
        }
        return inputs;
    }
}

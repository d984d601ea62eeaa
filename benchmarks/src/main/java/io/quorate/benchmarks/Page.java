package io.quorate.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A page of the documentation in which blocks between two markers are written by a program, and all else by people. */
final class Page {

    private final Path path;

    Page(Path path) {
        this.path = path;
    }

    /**
     * Replaces what is between the markers of a block.
     *
     * @throws IOException if the page has no such block, or cannot be written
     */
    void replace(String block, List<String> lines) throws IOException {
        String page = Files.readString(path);
        String begin = "<!-- " + block + ": begin -->\n";
        String end = "<!-- " + block + ": end -->\n";
        int from = page.indexOf(begin);
        int to = page.indexOf(end);
        if (from < 0 || to < from) {
            throw new IOException(path + " has no block between " + begin.strip() + " and " + end.strip());
        }
        Files.writeString(
                path, page.substring(0, from + begin.length()) + String.join("\n", lines) + "\n" + page.substring(to));
    }
}

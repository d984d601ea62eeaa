package io.quorate.samples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a program prints, line by line, with single spaces. */
final class Output {

    /** How many characters of a line of the timeline are the time. */
    private static final int TIME_COLUMN = "  0.00 s  ".length();

    private static final Pattern PROCESS = Pattern.compile("\\w+(?: \\d)? is process (\\d+).*");

    private Output() {}

    static List<String> of(Program program) throws Exception {
        return printed(program).lines().map(Output::singleSpaced).toList();
    }

    /** Runs a program that prints a timeline, and leaves the times out. */
    static List<String> ofTimeline(Program program) throws Exception {
        return printed(program)
                .lines()
                .map(line -> singleSpaced(line.substring(Math.min(line.length(), TIME_COLUMN))))
                .toList();
    }

    static int indexOf(List<String> lines, String beginning) {
        return lines.indexOf(lines.stream()
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line begins with '" + beginning + "': " + lines)));
    }

    /** Returns the ids of the processes that say which they are. */
    static List<Long> processes(List<String> lines) {
        return lines.stream()
                .map(PROCESS::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Long.valueOf(matcher.group(1)))
                .toList();
    }

    private static String singleSpaced(String line) {
        return line.replaceAll(" +", " ");
    }

    private static String printed(Program program) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        try (PrintStream capturing = new PrintStream(captured, true, StandardCharsets.UTF_8)) {
            System.setOut(capturing);
            program.run();
        } finally {
            System.setOut(before);
        }
        return captured.toString(StandardCharsets.UTF_8);
    }

    interface Program {
        void run() throws Exception;
    }
}

package io.quorate.embedded.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Fuzzes one target after another, each in a process of its own that begins with the corpus, and adds what reached code that the
 * corpus did not reach to it.
 *
 * <p>Arguments: for how many seconds each, and which targets, with commas or spaces between them; all, if none is named. Prints one line for each target and
 * {@code targets=N executions=N findings=N}, and ends non-zero if there was a finding. The class path must have Jazzer.
 */
final class Fuzzing {

    private static final Pattern EXECUTIONS = Pattern.compile("stat::number_of_executed_units: +(\\d+)");
    private static final int KEPT_BYTES = 512;
    private static final int KEPT_INPUTS = 60;

    private final String seconds;
    private final Path directory;
    private long executions;
    private int findings;

    private Fuzzing(String seconds, Path directory) {
        this.seconds = seconds;
        this.directory = directory;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<Target> named = Arrays.stream(arguments)
                .skip(1)
                .flatMap(some -> Stream.of(some.split("[, ]+")))
                .filter(name -> !name.isEmpty())
                .map(Target::valueOf)
                .toList();
        List<Target> targets = named.isEmpty() ? List.of(Target.values()) : named;
        Fuzzing fuzzing = new Fuzzing(arguments[0], Files.createDirectories(Path.of("target", "fuzz")));
        for (Target target : targets) {
            fuzzing.fuzz(target);
        }
        System.out.printf(
                "targets=%d executions=%d findings=%d%n", targets.size(), fuzzing.executions, fuzzing.findings);
        if (fuzzing.findings > 0) {
            System.exit(1);
        }
    }

    private void fuzz(Target target) throws IOException, InterruptedException {
        Path inputs = emptied(directory.resolve(target + "-inputs"));
        Path found = emptied(directory.resolve(target + "-findings"));
        List<byte[]> corpus = Files.exists(Corpus.file(target)) ? Corpus.of(target) : List.of();
        for (int i = 0; i < corpus.size(); i++) {
            Files.write(inputs.resolve("corpus-" + i), corpus.get(i));
        }
        String said = run(target, found, "-max_total_time=" + seconds, "-max_len=2048", inputs.toString());
        Matcher figure = EXECUTIONS.matcher(said);
        long count = figure.find() ? Long.parseLong(figure.group(1)) : 0;
        executions += count;
        // An input that took long on a machine that is busy says nothing.
        int wrong = (int) list(found).stream()
                .filter(file -> !file.getFileName().toString().startsWith("slow-"))
                .count();
        findings += wrong;
        keep(target, inputs);
        System.out.printf("%-16s executions=%-10d findings=%d%n", target, count, wrong);
        if (wrong > 0 || count == 0) {
            System.out.println(said.lines().limit(80).reduce("", (a, b) -> a + "    " + b + "\n"));
            findings += count == 0 ? 1 : 0;
        }
    }

    private String run(Target target, Path found, String... more) throws IOException, InterruptedException {
        Path output = directory.resolve(target + ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Entry.class.getName(),
                "--target_args=" + target,
                "--instrumentation_includes=io.quorate.embedded.**",
                "-print_final_stats=1",
                "-artifact_prefix=" + found + "/",
                "--reproducer_path=" + found.getParent()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int unused = process.waitFor();
        return Files.readString(output);
    }

    /** The smallest inputs that together reach what all reach would need another run: the shortest of them are kept instead. */
    private static void keep(Target target, Path inputs) throws IOException {
        List<String> lines = new ArrayList<>();
        if (Files.exists(Corpus.file(target))) {
            lines.addAll(Files.readAllLines(Corpus.file(target)));
        }
        for (Path input : list(inputs)) {
            String line = HexFormat.of().formatHex(Files.readAllBytes(input));
            if (Files.size(input) <= KEPT_BYTES && lines.size() < KEPT_INPUTS && !lines.contains(line)) {
                lines.add(line);
            }
        }
        Files.createDirectories(Corpus.file(target).toAbsolutePath().getParent());
        Files.write(Corpus.file(target), lines);
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted(Comparator.comparing(Path::toString)).toList();
        }
    }

    private static Path emptied(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (Path file : list(directory)) {
            Files.delete(file);
        }
        return directory;
    }
}

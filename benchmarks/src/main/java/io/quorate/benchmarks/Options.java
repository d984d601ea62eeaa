package io.quorate.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the comparison is asked for.
 *
 * @param names names of rows or beginnings of names; none for all
 * @param quick whether only the rows that matter most are measured
 * @param list whether the rows are to be named and nothing measured
 * @param effort how thoroughly they are measured
 * @param command what the report names as its command
 * @param page where the report goes; none if it is only printed
 */
record Options(
        List<String> names,
        boolean quick,
        boolean list,
        Effort effort,
        String command,
        @Nullable Path page) {

    static Options parse(String... args) {
        List<String> names = new ArrayList<>();
        boolean quick = List.of(args).contains("--quick");
        boolean list = false;
        Effort effort = quick ? Effort.QUICK : Effort.FULL;
        String command = "Comparison " + String.join(" ", args);
        Path page = null;
        for (String arg : args) {
            String value = arg.substring(arg.indexOf('=') + 1);
            if (arg.startsWith("--rounds=")) {
                effort = new Effort(Integer.parseInt(value), effort.warmUpRounds(), effort.withPeers());
            } else if (arg.startsWith("--warm-up=")) {
                effort = new Effort(effort.rounds(), Integer.parseInt(value), effort.withPeers());
            } else if (arg.equals("--alone")) {
                effort = new Effort(effort.rounds(), effort.warmUpRounds(), false);
            } else if (arg.startsWith("--command=")) {
                command = value;
            } else if (arg.startsWith("--write=")) {
                page = Path.of(value);
            } else if (arg.equals("--list")) {
                list = true;
            } else if (!arg.equals("--quick")) {
                names.add(checked(arg));
            }
        }
        return new Options(List.copyOf(names), quick, list, effort, command, page);
    }

    private static String checked(String name) {
        if (name.startsWith("-")) {
            throw new IllegalArgumentException("no such option: " + name);
        }
        return name;
    }
}

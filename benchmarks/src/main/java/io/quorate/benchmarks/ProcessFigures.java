package io.quorate.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The figures of three members in processes of their own, on loopback and with default time-outs.
 *
 * <p>{@code ProcessFigures [throughput] [kill] [pause] [stop] [--times=N]}: all without names. How many commits per second a process gets done at
 * the leader and beside a follower, by turns with three ZooKeeper servers in processes of their own and their client in this one; and how
 * long writers in the other processes wait when that of the leader is killed, stands still, or is stopped in good order, N times each.
 */
final class ProcessFigures {

    private static final int WARM_UP = 4;
    private static final int ROUNDS = 7;
    private static final long SETTLE_MILLIS = 1_500;

    private final PrintStream out;
    private final List<List<String>> table = new ArrayList<>();

    private ProcessFigures(PrintStream out) {
        this.out = out;
    }

    /** Measures what is named. */
    public static void main(String[] arguments) throws Exception {
        List<String> names = new ArrayList<>();
        int times = 50;
        for (String argument : arguments) {
            if (argument.startsWith("--times=")) {
                times = Integer.parseInt(argument.substring(argument.indexOf('=') + 1));
            } else {
                names.add(argument);
            }
        }
        ProcessFigures figures = new ProcessFigures(System.out);
        if (names.isEmpty() || names.contains("throughput")) {
            figures.measureThroughput();
        }
        if (names.isEmpty() || names.contains("kill")) {
            figures.measureGaps("leader killed: first write of a survivor", times, 300, 1_000, ProcessFigures::kill);
        }
        if (names.isEmpty() || names.contains("pause")) {
            figures.measureGaps(
                    "leader stands still: first write of another one",
                    Math.min(times, 20),
                    2_000,
                    2_000,
                    ProcessFigures::pause);
        }
        if (names.isEmpty() || names.contains("stop")) {
            figures.measureGaps(
                    "leader stopped in good order: longest gap of a writer",
                    Math.min(times, 20),
                    50,
                    50,
                    ProcessFigures::stop);
        }
        Table.of(List.of("what", "unit", "figure", "range", "beside it", "goal"), figures.table)
                .forEach(System.out::println);
        System.exit(0);
    }

    // ---- commits per second

    private void measureThroughput() throws Exception {
        try (MemberJvms members = new MemberJvms();
                ZooKeeperSubject zooKeeper = ZooKeeperSubject.of(new ZooKeeperJvms())) {
            double[][] synchronous = new double[3][ROUNDS];
            double[][] pipelined = new double[3][ROUNDS];
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                int leader = members.leader();
                int follower = leader % MemberJvms.SIZE + 1;
                into(synchronous[0], round, Double.parseDouble(members.ask(leader, "synchronous")));
                into(synchronous[1], round, Double.parseDouble(members.ask(follower, "synchronous")));
                into(synchronous[2], round, zooKeeper.synchronousWrites());
                into(pipelined[0], round, Double.parseDouble(members.ask(leader, "pipelined")));
                into(pipelined[1], round, Double.parseDouble(members.ask(follower, "pipelined")));
                into(pipelined[2], round, zooKeeper.pipelinedWrites());
            }
            compare("synchronous durable commits, at the leader", synchronous[0], synchronous[2]);
            compare("synchronous durable commits, at a follower", synchronous[1], synchronous[2]);
            compare("durable commits with 1,000 in flight, at the leader", pipelined[0], pipelined[2]);
            compare("durable commits with 1,000 in flight, at a follower", pipelined[1], pipelined[2]);
        }
    }

    private static void into(double[] figures, int round, double figure) {
        if (round >= 0) {
            figures[round] = figure;
        }
    }

    private void compare(String what, double[] ours, double[] theirs) {
        double times = Figures.median(ours) / Figures.median(theirs);
        add(
                what,
                "1/s",
                ours,
                "ZooKeeper " + Figures.format(Figures.median(theirs)) + " (" + range(theirs) + ")",
                String.format(Locale.ROOT, "%.2f x, goal 2 x%s", times, times >= 2 ? "" : ", MISSED"));
    }

    private static String range(double[] figures) {
        return Figures.format(Figures.least(figures)) + " to " + Figures.format(Figures.most(figures));
    }

    private void add(String what, String unit, double[] figures, String beside, String goal) {
        List<String> line = List.of(what, unit, Figures.format(Figures.median(figures)), range(figures), beside, goal);
        table.add(line);
        out.println(String.join("  ", line));
        out.flush();
    }

    // ---- time without a writer

    /** Takes the leader away and brings it back; returns how long others waited, in nanoseconds. */
    @FunctionalInterface
    private interface Loss {
        long measure(MemberJvms members, int leader) throws IOException, InterruptedException;
    }

    private void measureGaps(String what, int times, double median, double worst, Loss loss) throws Exception {
        try (MemberJvms members = new MemberJvms()) {
            for (int id : members.running()) {
                String unused = members.ask(id, "write");
            }
            double[] millis = new double[times];
            for (int i = 0; i < times; i++) {
                TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
                millis[i] = loss.measure(members, members.leader()) / 1e6;
            }
            boolean met = Figures.median(millis) <= median && Figures.most(millis) <= worst;
            add(
                    what + ", " + times + " times",
                    "ms",
                    millis,
                    "",
                    String.format(Locale.ROOT, "median %.0f, worst %.0f%s", median, worst, met ? "" : ", MISSED"));
        }
    }

    private static long kill(MemberJvms members, int leader) throws IOException {
        long killed = System.nanoTime();
        members.kill(leader);
        long waited = firstBehind(members, members.running(), killed);
        restart(members, leader);
        return waited;
    }

    private static long pause(MemberJvms members, int leader) throws IOException, InterruptedException {
        List<Integer> others = others(members, leader);
        members.signal(leader, "STOP");
        // Before that it may still have answered.
        long paused = System.nanoTime();
        try {
            return firstBehind(members, others, paused);
        } finally {
            members.signal(leader, "CONT");
        }
    }

    private static long stop(MemberJvms members, int leader) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        members.stop(leader);
        TimeUnit.MILLISECONDS.sleep(200);
        long longest = 0;
        for (int id : members.running()) {
            longest = Math.max(longest, Long.parseLong(members.ask(id, "gap " + begin)));
        }
        restart(members, leader);
        return longest;
    }

    private static void restart(MemberJvms members, int id) throws IOException {
        members.start(id);
        String unused = members.ask(id, "write");
    }

    private static List<Integer> others(MemberJvms members, int leader) {
        return members.running().stream().filter(id -> id != leader).toList();
    }

    private static long firstBehind(MemberJvms members, List<Integer> ids, long time) throws IOException {
        long first = Long.MAX_VALUE;
        for (int id : ids) {
            first = Math.min(first, Long.parseLong(members.ask(id, "first " + time)));
        }
        return first - time;
    }
}

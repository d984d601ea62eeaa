package io.quorate.embedded.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is done to an ensemble of processes and to the network between them, one thing after another; each is undone before the next. */
final class FaultInjection {

    private static final long HEAL_SECONDS = 120;
    private static final long POLL_MILLIS = 50;
    private static final int SESSION_MILLIS = (int) MemberProcess.SESSION.toMillis();
    private static final long MEBIBYTE = 1 << 20;

    /** The kinds of faults, and how often each is chosen beside the others. */
    enum Kind {
        KILL_LEADER(6),
        KILL_ANY(3),
        KILL_ALL(2),
        KILL_IN_PARTITION(2),
        STOP_LEADER_PROCESS(3),
        STOP_ANY_PROCESS(3),
        ISOLATE_LEADER(3),
        ISOLATE_ONE_WAY(2),
        SPLIT(3),
        DELAY(2),
        CUT(2),
        HALF_OPEN(2),
        HAND_OVER(2),
        REPLACE(1),
        FILL_DISK(2);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }

        static Kind any(Random random) {
            List<Kind> lots = new ArrayList<>();
            for (Kind kind : values()) {
                lots.addAll(Collections.nCopies(kind.weight, kind));
            }
            return lots.get(random.nextInt(lots.size()));
        }
    }

    private final ProcessEnsemble ensemble;
    private final Random random;
    private final long electionMillis;
    private final @Nullable SmallDisk smallDisk;
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<Long> killedLeaders = new ArrayList<>();
    private final List<String> history = new ArrayList<>();

    /** Creates it; {@code smallDisk} is that of the last member, if it has one. */
    FaultInjection(ProcessEnsemble ensemble, Random random, long electionMillis, @Nullable SmallDisk smallDisk) {
        this.ensemble = ensemble;
        this.random = random;
        this.electionMillis = electionMillis;
        this.smallDisk = smallDisk;
    }

    /** Returns how often each was caused. */
    Map<String, Integer> counts() {
        return counts;
    }

    /** Returns what was caused and undone when, a line each. */
    List<String> history() {
        return history;
    }

    /** Returns when a leader was killed while the others could reach each other. */
    List<Long> killedLeaders() {
        return killedLeaders;
    }

    /** Causes a fault, lets it last for a while, undoes it, and waits until all members serve. */
    void cause(Kind kind) throws Exception {
        switch (kind) {
            case KILL_LEADER -> killLeader();
            case KILL_ANY -> killAny();
            case KILL_ALL -> killAll();
            case KILL_IN_PARTITION -> killInPartition();
            case STOP_LEADER_PROCESS -> stopProcess(leaderOrAny());
            case STOP_ANY_PROCESS -> stopProcess(any());
            case ISOLATE_LEADER -> separate("isolated leader", Set.of(leaderOrAny()));
            case ISOLATE_ONE_WAY -> isolateOneWay();
            case SPLIT -> separate("split", group());
            case DELAY -> delay();
            case CUT -> cut();
            case HALF_OPEN -> halfOpen();
            case HAND_OVER -> handOver();
            case REPLACE -> replace();
            case FILL_DISK -> fillDisk();
            default -> throw new IllegalArgumentException("no fault " + kind);
        }
        ensemble.network().heal();
        note("is undone");
        awaitAllServe();
        note("all serve");
    }

    private void note(String what) {
        history.add(System.nanoTime() + " " + what);
    }

    private void count(String fault) {
        note(fault);
        counts.merge(fault, 1, Integer::sum);
    }

    static void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }

    private int any() {
        return 1 + random.nextInt(ensemble.size());
    }

    private int leaderOrAny() throws InterruptedException {
        OptionalInt leader = ensemble.leader();
        return leader.isPresent() ? leader.getAsInt() : any();
    }

    private Set<Integer> others(Set<Integer> group) {
        Set<Integer> others = new HashSet<>(ensemble.ids());
        others.removeAll(group);
        return others;
    }

    /** Some members, but not all. */
    private Set<Integer> group() {
        List<Integer> ids = new ArrayList<>(ensemble.ids());
        Collections.shuffle(ids, random);
        return new HashSet<>(ids.subList(0, 1 + random.nextInt(ids.size() - 1)));
    }

    /** Mostly about as long as an election takes, now and then beyond the time-out of the sessions. */
    private long disturbedMillis() {
        return random.nextInt(4) == 0
                ? SESSION_MILLIS + random.nextInt(SESSION_MILLIS)
                : electionMillis / 2 + random.nextInt((int) (3 * electionMillis));
    }

    // ---- processes

    private void killLeader() throws Exception {
        OptionalInt leader = ensemble.leader();
        if (leader.isPresent()) {
            count("kill -9 of the leader");
            killedLeaders.add(System.nanoTime());
            ensemble.kill(leader.getAsInt());
            pause(electionMillis + random.nextInt(1_000));
            ensemble.start(leader.getAsInt());
        }
    }

    private void killAny() throws Exception {
        count("kill -9 of any member");
        int victim = any();
        ensemble.kill(victim);
        pause(random.nextInt(2_000));
        ensemble.start(victim);
    }

    private void killAll() throws Exception {
        count("kill -9 of all members");
        for (int id : ensemble.ids()) {
            ensemble.kill(id);
        }
        ensemble.startAll();
    }

    /** A member dies while another one is cut off: with three members, nobody has a quorum until one of the two is back. */
    private void killInPartition() throws Exception {
        count("kill -9 during a partition");
        int alone = any();
        ensemble.network().silence(Set.of(alone), others(Set.of(alone)));
        ensemble.network().silence(others(Set.of(alone)), Set.of(alone));
        pause(random.nextInt((int) (2 * electionMillis)));
        int victim = 1 + alone % ensemble.size();
        ensemble.kill(victim);
        if (random.nextBoolean()) {
            ensemble.network().heal();
            pause(random.nextInt((int) (2 * electionMillis)));
        }
        ensemble.start(victim);
    }

    /** Lets a process stand still for up to three time-outs of its sessions. */
    private void stopProcess(int victim) throws Exception {
        boolean isLong = random.nextInt(3) == 0;
        count(isLong ? "SIGSTOP beyond the session time-out" : "SIGSTOP");
        RunningMember member = ensemble.member(victim).orElseThrow();
        member.pause();
        try {
            pause(isLong ? SESSION_MILLIS + random.nextInt(2 * SESSION_MILLIS) : disturbedMillis());
        } finally {
            member.resume();
        }
    }

    private void handOver() throws Exception {
        count("stop of the leader in good order");
        int leader = leaderOrAny();
        ensemble.stop(leader);
        pause(random.nextInt(500));
        ensemble.start(leader);
    }

    /** Only while all others are well, who have all that was acknowledged. */
    private void replace() throws Exception {
        count("replaced by an empty directory");
        int victim = any();
        ensemble.kill(victim);
        ensemble.wipe(victim);
        pause(random.nextInt(1_000));
        ensemble.start(victim);
        awaitAllServe();
        // It counts again as soon as something is committed behind its return.
        long returned =
                ensemble.status(victim).map(ProcessEnsemble.Status::applied).orElse(0L);
        awaitStatus(victim, status -> status.applied() > returned + 10, "does not apply what the others commit");
    }

    // ---- the network

    private void separate(String name, Set<Integer> group) throws InterruptedException {
        Set<Integer> others = others(group);
        boolean told = random.nextInt(3) == 0;
        count("partition: " + name + (told ? ", reset" : ""));
        if (told) {
            ensemble.network().refuse(group, others);
        } else {
            ensemble.network().silence(group, others);
            ensemble.network().silence(others, group);
        }
        pause(disturbedMillis());
    }

    private void isolateOneWay() throws InterruptedException {
        Set<Integer> victim = Set.of(random.nextBoolean() ? leaderOrAny() : any());
        boolean deaf = random.nextBoolean();
        count(deaf ? "partition: one way, deaf" : "partition: one way, mute");
        if (deaf) {
            ensemble.network().silence(others(victim), victim);
        } else {
            ensemble.network().silence(victim, others(victim));
        }
        pause(disturbedMillis());
    }

    private void delay() throws InterruptedException {
        count("delay");
        Set<Integer> group = group();
        long millis = 1L + random.nextInt((int) electionMillis / 2);
        ensemble.network().delay(group, others(group), millis);
        if (random.nextBoolean()) {
            ensemble.network().delay(others(group), group, millis);
        }
        pause(disturbedMillis());
    }

    private void cut() throws InterruptedException {
        count("connections cut");
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            Set<Integer> group = group();
            ensemble.network().cut(group, others(group));
            pause(random.nextInt(300));
        }
    }

    /** Connections are lost, and whoever connects again is not answered. */
    private void halfOpen() throws InterruptedException {
        count("connections half open");
        Set<Integer> group = Set.of(any());
        ensemble.network().silence(others(group), group);
        ensemble.network().silence(group, others(group));
        ensemble.network().cut(group, others(group));
        pause(disturbedMillis());
    }

    // ---- the disk

    private void fillDisk() throws Exception {
        SmallDisk disk = smallDisk;
        if (disk == null) {
            return;
        }
        boolean whole = random.nextBoolean();
        count(whole ? "disk full to the last byte" : "disk nearly full");
        disk.fill(whole ? 0 : random.nextInt(48) * MEBIBYTE);
        try {
            pause(disturbedMillis());
        } finally {
            disk.clear();
        }
        restartHalted(ensemble.size());
    }

    /** A member whose disk has failed halts for good, and is started anew by whoever operates it. */
    private void restartHalted(int id) throws Exception {
        pause(2 * electionMillis);
        Optional<ProcessEnsemble.Status> status = ensemble.status(id);
        if (status.isEmpty() || status.get().role().equals("UNREACHABLE")) {
            count("restart of a member that had halted for its disk");
            ensemble.kill(id);
            ensemble.start(id);
        }
    }

    // ---- waiting

    /** What a member may say of itself. */
    @FunctionalInterface
    interface Expectation {
        boolean isMet(ProcessEnsemble.Status status);
    }

    private void awaitStatus(int id, Expectation expectation, String complaint)
            throws InterruptedException, IOException {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(HEAL_SECONDS);
        while (!ensemble.status(id).filter(expectation::isMet).isPresent()) {
            if (System.nanoTime() - limit > 0) {
                throw new NoProgressException("member " + id + " " + complaint + " within " + HEAL_SECONDS + " s; see "
                        + ensemble.log(id) + "; it says of itself " + ensemble.status(id));
            }
            pause(POLL_MILLIS);
        }
    }

    void awaitAllServe() throws InterruptedException, IOException {
        for (int id : ensemble.ids()) {
            awaitStatus(id, ProcessEnsemble.Status::serves, "does not serve");
        }
    }

    /** An ensemble that nothing disturbs does not come to serve. */
    static final class NoProgressException extends IOException {

        private static final long serialVersionUID = 1L;

        NoProgressException(String message) {
            super(message);
        }
    }
}

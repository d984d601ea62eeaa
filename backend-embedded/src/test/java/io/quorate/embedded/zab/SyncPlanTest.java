package io.quorate.embedded.zab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SyncPlanTest {

    /** Compares the plan with what comparing the two logs record by record gives. */
    @Test
    void planKeepsTheLongestCommonPrefix() {
        Random random = new Random(11);
        int diffs = 0;
        int truncations = 0;
        int snapshots = 0;
        for (int i = 0; i < 50_000; i++) {
            List<List<LogRecord>> logs = twoLogsOfOneEnsemble(random);
            List<LogRecord> leader = logs.get(0);
            List<LogRecord> follower = logs.get(1);
            int common = naiveCommonPrefix(leader, follower);
            int base = random.nextInt(leader.size());
            int snapshot = base + random.nextInt(leader.size() - base);
            int followerBase = random.nextInt(Math.min(common, follower.size()) + 1);
            SyncPlan plan =
                    SyncPlan.between(outline(leader, base), pointAt(leader, snapshot), outline(follower, followerBase));
            if (common < base) {
                assertThat(plan).isEqualTo(new SyncPlan(SyncPlan.Kind.SNAP, 0, snapshot));
                snapshots++;
            } else if (common == follower.size()) {
                assertThat(plan).isEqualTo(new SyncPlan(SyncPlan.Kind.DIFF, common, common));
                diffs++;
            } else {
                assertThat(plan).isEqualTo(new SyncPlan(SyncPlan.Kind.TRUNC, common, common));
                truncations++;
            }
        }
        assertThat(List.of(diffs, truncations, snapshots)).allMatch(count -> count > 1_000);
    }

    @Test
    void startsOfOneEpochThatDifferMeanThatADiskIsWrong() {
        LogPoint start = new LogPoint(1, 1, 5);
        LogPoint other = new LogPoint(1, 1, 6);
        History leader = new History(LogPoint.GENESIS, List.of(start), start);
        History follower = new History(LogPoint.GENESIS, List.of(other), other);
        assertThat(SyncPlan.between(leader, LogPoint.GENESIS, follower).kind()).isEqualTo(SyncPlan.Kind.DIVERGED);
    }

    /** Two logs that one ensemble could have: each epoch has one sequence, of which a log holds a prefix or nothing. */
    private static List<List<LogRecord>> twoLogsOfOneEnsemble(Random random) {
        List<LogRecord> leader = new ArrayList<>();
        List<LogRecord> follower = new ArrayList<>();
        int epochs = 1 + random.nextInt(5);
        boolean inStep = true;
        for (int epoch = 1; epoch <= epochs; epoch++) {
            int length = 1 + random.nextInt(3);
            if (inStep && random.nextInt(3) > 0) {
                extend(leader, epoch, length);
                follower.clear();
                follower.addAll(leader);
            } else if (random.nextBoolean()) {
                extend(leader, epoch, length);
                inStep = false;
            } else {
                extend(follower, epoch, length);
                inStep = false;
            }
        }
        if (random.nextInt(3) == 0 && !follower.isEmpty()) {
            follower = new ArrayList<>(follower.subList(0, random.nextInt(follower.size())));
        }
        extend(leader, epochs + 1, 1);
        return List.of(leader, follower);
    }

    private static void extend(List<LogRecord> log, long epoch, int length) {
        for (int i = 0; i < length; i++) {
            long prevHash = log.isEmpty() ? 0 : log.get(log.size() - 1).hash();
            RecordType type = i == 0 ? RecordType.NEWLEADER : RecordType.TXN;
            log.add(new LogRecord(epoch, log.size() + 1, prevHash, type, new byte[] {(byte) epoch}));
        }
    }

    private static int naiveCommonPrefix(List<LogRecord> a, List<LogRecord> b) {
        int common = 0;
        while (common < a.size()
                && common < b.size()
                && a.get(common).hash() == b.get(common).hash()) {
            common++;
        }
        return common;
    }

    private static History outline(List<LogRecord> log, int base) {
        List<LogPoint> starts = log.stream()
                .filter(r -> r.index() > base && r.type() == RecordType.NEWLEADER)
                .map(LogRecord::point)
                .toList();
        return new History(pointAt(log, base), starts, pointAt(log, log.size()));
    }

    private static LogPoint pointAt(List<LogRecord> log, int index) {
        return index == 0 ? LogPoint.GENESIS : log.get(index - 1).point();
    }
}

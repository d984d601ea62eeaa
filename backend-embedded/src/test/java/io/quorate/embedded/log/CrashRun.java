package io.quorate.embedded.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One member's life on a simulated disk, with a model of what it was promised.
 *
 * <p>Acts are chosen by a seed. A crash may come before any effect; then the directory is recovered and compared: what was
 * acknowledged is there, what is there was appended, a change under way has happened or has not, and it all happens
 * without an operator.
 */
final class CrashRun {
    private final Rules rules;
    private final Random random;
    private final ChainHash hash = new ChainHash();
    private SimulatedDisk disk = new SimulatedDisk();
    private @Nullable MemberStorage storage;

    /** What was appended, by index from 1 on, acknowledged or not. */
    private List<LogRecord> history = new ArrayList<>();

    private long acknowledged;
    private long acceptedEpoch;
    private @Nullable Snapshot snapshot;

    /** What the call under way may or may not have done when the power goes. */
    private long truncatingTo = -1;

    private long acceptingEpoch = -1;
    private @Nullable Snapshot publishing;
    private @Nullable Snapshot installing;
    private List<LogRecord> installingHistory = List.of();
    final List<String> trace = new ArrayList<>();

    CrashRun(long seed, Rules rules) {
        this.random = new Random(seed);
        this.rules = rules;
    }

    /** A fault that the storage did not hide: what every run must be free of. */
    static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1L;

        Violation(String what, @Nullable Throwable cause) {
            super(what, cause);
        }
    }

    /** Lives for some acts, with a crash after every few. */
    void live(int crashes) {
        boot();
        for (int i = 0; i < crashes; i++) {
            long fuse = 1L + random.nextInt(60);
            actUntilPowerCut(fuse);
            crash();
        }
    }

    /** Replays a fixed number of acts and cuts the power before the n-th effect; answers whether it came to that. */
    boolean liveUntil(int acts, long effect) {
        disk.cutPowerAtEffect(effect);
        boolean cut = false;
        try {
            boot();
            for (int i = 0; i < acts; i++) {
                act();
            }
        } catch (PowerCut e) {
            cut = true;
        } catch (IOException e) {
            throw new Violation("unexpected", e);
        }
        crash();
        return cut;
    }

    private void actUntilPowerCut(long fuse) {
        disk.cutPowerAtEffect(fuse);
        boolean diskFails = random.nextInt(3) == 0;
        if (diskFails) {
            disk.failForceWhen(() -> random.nextInt(10) == 0);
        }
        try {
            for (int i = 0; i < 200; i++) {
                act();
            }
        } catch (PowerCut e) {
            trace.add(String.valueOf(e.getMessage()));
        } catch (IOException | StorageFailedException e) {
            failed(e, diskFails);
        }
    }

    /** A storage that failed is dead: it must promise nothing more, and the next start must find all it promised. */
    private void failed(Exception cause, boolean expected) {
        if (!expected) {
            throw new Violation("unexpected", cause);
        }
        trace.add(String.valueOf(cause.getMessage()));
        try {
            sync();
        } catch (StorageFailedException | PowerCut e) {
            trace.add("dead");
        }
    }

    private void crash() {
        boolean recovered = false;
        while (!recovered) {
            boolean processOnly = random.nextInt(4) == 0;
            disk = processOnly ? disk.afterProcessDeath() : disk.afterPowerCut(random.nextLong());
            trace.add(processOnly ? "process death" : "power cut");
            recovered = bootThroughCrashes();
        }
        check();
    }

    /** Recovery itself is cut short now and then. */
    private boolean bootThroughCrashes() {
        if (random.nextInt(3) == 0) {
            disk.cutPowerAtEffect(1L + random.nextInt(12));
        }
        try {
            boot();
            disk.cutPowerAtEffect(Long.MAX_VALUE / 2);
            return true;
        } catch (PowerCut e) {
            trace.add("during recovery: " + e.getMessage());
            return false;
        }
    }

    private void boot() {
        try {
            storage = MemberStorage.open(disk, Given.clusterMember(), rules);
        } catch (StorageFailedException e) {
            throw e;
        } catch (StorageException e) {
            throw new Violation("did not start unattended " + trace, e);
        }
        trace.add("boot " + storage.report());
    }

    private MemberStorage storage() {
        MemberStorage open = storage;
        if (open == null) {
            throw new IllegalStateException();
        }
        return open;
    }

    // ---- acts

    private void act() throws IOException {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> append();
            case 6, 7, 8, 9, 10 -> sync();
            case 11, 12 -> newEpoch();
            case 13, 14 -> truncate();
            case 15, 16 -> takeSnapshot();
            case 17 -> purge();
            case 18 -> install();
            default -> restart();
        }
    }

    private void append() {
        int count = 1 + random.nextInt(6);
        List<LogRecord> batch = new ArrayList<>();
        long index = storage().log().end().index();
        long prev = storage().log().endHash();
        for (int i = 0; i < count && acceptedEpoch > 0; i++) {
            LogRecord record = new LogRecord(acceptedEpoch, ++index, prev, RecordType.TXN, body());
            prev = record.hash(hash);
            batch.add(record);
        }
        history.addAll(batch);
        storage().log().append(batch);
        trace.add("append to " + index);
        acknowledged = storage().log().durable().index();
    }

    /** Bodies of zeros, and with runs of zeros, are what confuses a torn write with an empty one. */
    private byte[] body() {
        byte[] body = new byte[random.nextInt(4) == 0 ? random.nextInt(2500) : random.nextInt(120)];
        if (random.nextInt(3) > 0) {
            random.nextBytes(body);
        }
        return body;
    }

    private void sync() {
        acknowledged = storage().log().sync().index();
        trace.add("sync " + acknowledged);
    }

    private void newEpoch() {
        acceptingEpoch = acceptedEpoch + 1;
        storage().acceptEpoch(acceptingEpoch, Given.LEADER);
        acceptedEpoch = acceptingEpoch;
        acceptingEpoch = -1;
        trace.add("epoch " + acceptedEpoch);
    }

    private void truncate() {
        Snapshot newest = snapshot;
        long floor = newest == null ? 0 : newest.lastIndex();
        if (storage().log().end().index() <= floor) {
            return;
        }
        sync();
        truncatingTo = floor + random.nextInt((int) (storage().log().end().index() - floor) + 1);
        trace.add("truncate " + truncatingTo);
        acknowledged = storage().truncate(truncatingTo).index();
        history = new ArrayList<>(history.subList(0, (int) truncatingTo));
        truncatingTo = -1;
    }

    private void takeSnapshot() throws IOException {
        long index = storage().log().durable().index();
        Snapshot newest = snapshot;
        if (index == 0 || (newest != null && newest.lastIndex() >= index)) {
            return;
        }
        Snapshot taken = Given.snapshotAt(storage(), index);
        publishing = taken;
        trace.add("snapshot " + index);
        Given.takeSnapshot(storage(), index);
        snapshot = taken;
        publishing = null;
        if (random.nextBoolean()) {
            storage().verify(taken);
        }
    }

    private void purge() {
        trace.add("purge");
        if (random.nextBoolean()) {
            storage().snapshots().forEach(storage()::verify);
        }
        storage().purge();
    }

    private void install() throws IOException {
        Snapshot newest = snapshot;
        int floor = newest == null ? 0 : (int) newest.lastIndex();
        if (acceptedEpoch == 0) {
            return;
        }
        int common = Math.min(floor + random.nextInt(4), history.size());
        List<LogRecord> foreign = new ArrayList<>(history.subList(0, common));
        long prev = common == 0 ? ChainHash.START : foreign.get(common - 1).hash(hash);
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            LogRecord record = new LogRecord(acceptedEpoch, foreign.size() + 1L, prev, RecordType.TXN, body());
            prev = record.hash(hash);
            foreign.add(record);
        }
        Snapshot received = new Snapshot(foreign.size(), acceptedEpoch, prev, foreign.size() * 1_000_003L);
        installing = received;
        installingHistory = foreign;
        trace.add("install " + received.lastIndex());
        SnapshotWriter writer = storage().beginReceiving(received);
        writer.write(Given.stateAt(received.lastIndex()));
        writer.finish();
        acknowledged = storage().install(writer).index();
        snapshot = received;
        history = foreign;
        installing = null;
    }

    private void restart() {
        storage().close();
        acknowledged = Math.max(acknowledged, history.size());
        trace.add("closed");
        boot();
        check();
    }

    // ---- checks

    private void check() {
        MemberStorage now = storage();
        RecoveryReport report = now.report();
        require(report.outcome() != RecoveryReport.Outcome.QUARANTINED, "quarantined: " + report.damage());
        require(
                now.meta().acceptedEpoch() == acceptedEpoch || now.meta().acceptedEpoch() == acceptingEpoch,
                "accepted epoch " + now.meta().acceptedEpoch() + ", promised " + acceptedEpoch);
        acceptedEpoch = now.meta().acceptedEpoch();
        checkSnapshot(now);
        checkLog(now);
        truncatingTo = -1;
        acceptingEpoch = -1;
        publishing = null;
        installing = null;
    }

    private void checkSnapshot(MemberStorage now) {
        Snapshot found = now.newestSnapshot().orElse(null);
        if (found != null && found.equals(installing)) {
            history = installingHistory;
            acknowledged = history.size();
            truncatingTo = -1;
        } else {
            require(
                    found == null ? snapshot == null : found.equals(snapshot) || found.equals(publishing),
                    "snapshot " + found + ", in place " + snapshot);
        }
        snapshot = found;
        if (found == null) {
            return;
        }
        try (SnapshotReader reader = now.open(found)) {
            require(Arrays.equals(reader.readAllBytes(), Given.stateAt(found.lastIndex())), "content of " + found);
        } catch (IOException e) {
            throw new Violation("content of " + found, e);
        }
    }

    private void checkLog(MemberStorage now) {
        long end = now.log().durable().index();
        boolean truncated = truncatingTo >= 0 && end == truncatingTo;
        require(end >= acknowledged || truncated, "the log ends at " + end + ", acknowledged " + acknowledged);
        require(end <= history.size(), "the log ends at " + end + ", written " + history.size());
        long first = now.log().firstIndex();
        Snapshot newest = snapshot;
        require(newest == null ? first == 1 : first <= newest.lastIndex() + 1, "the log begins at " + first);
        List<LogRecord> found = now.log().read(first, end, Long.MAX_VALUE);
        require(
                found.isEmpty() || found.equals(history.subList((int) first - 1, (int) end)),
                "the log holds other records than were written");
        require(found.size() == end - first + 1, "the log has a gap");
        history = new ArrayList<>(history.subList(0, (int) end));
        acknowledged = end;
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new Violation(what + "\n" + String.join("\n", trace), null);
        }
    }
}

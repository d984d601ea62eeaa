package io.quorate.embedded.log;

import io.quorate.embedded.sim.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The storage of one member on a simulated disk, for scripts that begin with {@code disk}. */
public final class DiskStage implements Stage {

    /** In how many ways the power is cut where it is cut. */
    private static final int WAYS = 12;

    private final Rules rules;
    private final List<String> output;
    private final List<String[]> executed = new ArrayList<>();
    private SimulatedDisk disk = new SimulatedDisk();
    private @Nullable MemberStorage storage;
    private @Nullable SnapshotWriter received;
    private byte[] saved = new byte[0];
    private boolean single;

    /** Creates a stage whose storage keeps some rules. */
    public DiskStage(PlantedRule rule, List<String> output) {
        this(rule.rules(), output);
    }

    private DiskStage(Rules rules, List<String> output) {
        this.rules = rules;
        this.output = output;
    }

    @Override
    public void execute(String[] words) throws IOException {
        try {
            perform(words);
            if (!words[0].equals("powercuts")) {
                executed.add(words);
            }
        } catch (PowerCut e) {
            throw e;
        } catch (RuntimeException e) {
            output.add(words[0] + ": " + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private void perform(String[] words) throws IOException {
        switch (words[0]) {
            // disk: an empty disk, opened by a member of a cluster; disk single: by the only member
            case "disk" -> start(words.length > 1);
            // epoch 2: the member promises epoch 2
            case "epoch" -> storage().acceptEpoch(number(words, 1), Given.LEADER);
            // append 3 200: three records of 200 bytes, not made durable; sync makes them so; write does both
            case "append" -> append((int) number(words, 1), (int) number(words, 2));
            case "sync" -> storage().log().sync();
            case "write" -> {
                append((int) number(words, 1), (int) number(words, 2));
                storage().log().sync();
            }
            // truncate 4: record 4 is the last to stay
            case "truncate" -> storage().truncate(number(words, 1));
            // snapshot 5: a snapshot of the member's own state; purge: what is superfluous now is deleted
            case "snapshot" -> Given.takeSnapshot(storage(), number(words, 1));
            case "purge" -> {
                storage().verifyKept();
                storage().purge();
            }
            // receive 100: a snapshot from the leader is received; install: it replaces the log
            case "receive" -> receive(number(words, 1));
            case "install" -> install();
            // zero seg 1 1024 512: 512 zeros in the segment that begins at record 1; or snap 5, or meta-a
            case "zero" -> disk.overwrite(name(words), offset(words, 0), new byte[offset(words, 1)]);
            // flip seg 1 700: a bit changes; empty and lose: nothing is left of the file, or not even its name
            case "flip" -> disk.flip(name(words), offset(words, 0), 1);
            case "empty" -> disk.put(name(words), new byte[0]);
            case "lose" -> disk.lose(name(words));
            // save meta-a: the content of a file is kept; restore meta-a meta-b: each of some files gets that content
            case "save" -> saved = disk.content(words[1]);
            case "restore" -> List.of(words).subList(1, words.length).forEach(file -> disk.put(file, saved));
            // failing: the next fsync fails
            case "failing" -> failNextForce();
            // reopen: the process dies and begins anew; close: in good order
            case "reopen" -> reopen(disk.afterProcessDeath());
            case "close" -> storage().close();
            // power: the power is cut, in many ways; the script goes on with the worst
            case "power" -> cutNow();
            // powercuts truncate 5: the power is cut at each effect of a command, in many ways
            case "powercuts" ->
                cutEverywhere(List.of(words).subList(1, words.length).toArray(String[]::new));
            // show: what the member has; files: the names on the disk
            case "show" -> output.add(describe(storage()));
            case "files" -> output.add(String.join(" ", disk.list()));
            default -> throw new IllegalArgumentException("no such command: " + words[0]);
        }
    }

    private void start(boolean alone) {
        single = alone;
        storage = MemberStorage.open(disk, config(), rules);
    }

    private StorageConfig config() {
        return single ? Given.singleMember() : Given.clusterMember();
    }

    private MemberStorage storage() {
        MemberStorage open = storage;
        if (open == null) {
            throw new IllegalArgumentException("a script begins with the command disk");
        }
        return open;
    }

    private static long number(String[] words, int at) {
        return Long.parseLong(words[at]);
    }

    private void append(int records, int length) {
        storage()
                .log()
                .append(Given.next(storage().log(), storage().meta().acceptedEpoch(), Given.bodies(records, length)));
    }

    private void receive(long index) throws IOException {
        Snapshot snapshot = new Snapshot(index, storage().meta().acceptedEpoch(), index * 31, index);
        SnapshotWriter writer = storage().beginReceiving(snapshot);
        writer.write(Given.stateAt(index));
        writer.finish();
        received = writer;
    }

    private void install() {
        SnapshotWriter writer = received;
        if (writer == null) {
            throw new IllegalArgumentException("nothing was received");
        }
        storage().install(writer);
    }

    private void failNextForce() {
        boolean[] once = {true};
        disk.failForceWhen(() -> {
            boolean fails = once[0];
            once[0] = false;
            return fails;
        });
    }

    private static boolean isNumbered(String[] words) {
        return words[1].equals("seg") || words[1].equals("snap");
    }

    private static String name(String[] words) {
        return switch (words[1]) {
            case "seg" -> Names.segment(number(words, 2));
            case "snap" -> Names.snapshot(number(words, 2));
            default -> words[1];
        };
    }

    private static int offset(String[] words, int which) {
        return (int) number(words, (isNumbered(words) ? 3 : 2) + which);
    }

    private void reopen(SimulatedDisk next) {
        disk = next;
        storage = MemberStorage.open(disk, config(), rules);
        output.add(describe(storage()));
    }

    // ---- power cuts

    private void cutNow() {
        output.addAll(outcomes(disk));
        reopen(disk.afterPowerCut(0));
        output.remove(output.size() - 1);
    }

    private void cutEverywhere(String[] command) throws IOException {
        Set<String> outcomes = new TreeSet<>();
        int effects = 0;
        while (isCut(command, effects + 1, outcomes)) {
            effects++;
        }
        output.add(String.join(" ", command) + ", cut at each of " + effects + " effects:");
        output.addAll(outcomes);
    }

    private boolean isCut(String[] command, int effect, Set<String> outcomes) throws IOException {
        DiskStage again = new DiskStage(rules, new ArrayList<>());
        for (String[] words : executed) {
            again.perform(words);
        }
        again.disk.cutPowerAtEffect(effect);
        boolean cut = false;
        try {
            again.perform(command);
        } catch (PowerCut e) {
            cut = true;
        }
        outcomes.addAll(again.outcomes(again.disk));
        return cut;
    }

    /** What a member with no mistake finds after the power was cut in many ways. */
    private Set<String> outcomes(SimulatedDisk cut) {
        Set<String> outcomes = new TreeSet<>();
        for (long seed = 0; seed < WAYS; seed++) {
            try {
                MemberStorage after = MemberStorage.open(cut.afterPowerCut(seed), config());
                outcomes.add("  " + describe(after));
            } catch (CorruptStorageException | StorageFailedException e) {
                outcomes.add("  does not start: " + e.getMessage());
            }
        }
        return outcomes;
    }

    private static String describe(MemberStorage open) {
        StringBuilder line =
                new StringBuilder(open.report().outcome() == RecoveryReport.Outcome.QUARANTINED ? "QUARANTINED: " : "");
        if (open.report().damage() != null) {
            line.append(open.report().damage().getMessage()).append("; ");
        }
        line.append("log ").append(open.log().firstIndex()).append(" to ");
        line.append(open.log().durable().index())
                .append(", epoch ")
                .append(open.meta().acceptedEpoch());
        List<Long> snapshots =
                open.snapshots().stream().map(Snapshot::lastIndex).toList();
        return line.append(snapshots.isEmpty() ? "" : ", snapshots " + snapshots)
                .append(open.mayVote() ? "" : ", does not vote")
                .toString();
    }
}

package io.quorate.embedded.process;

import io.quorate.backend.Key;
import io.quorate.embedded.log.SegmentRecords;
import io.quorate.embedded.sim.Oracle;
import io.quorate.embedded.sim.PropertyViolated;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that an ensemble has committed, read from the disks of its members while they run: what a member says it has applied is committed.
 *
 * <p>Members delete what they need no longer, so it must be read again and again. Used by one thread.
 */
final class CommittedSequence {

    private final Oracle oracle = new Oracle();
    private final List<String> violations = new ArrayList<>();
    private long lastHash;

    CommittedSequence() {
        oracle.letValuesRepeatUnless(key -> !key.isRoot() && key.startsWith(Key.of("/kv")));
    }

    Oracle oracle() {
        return oracle;
    }

    List<String> violations() {
        return violations;
    }

    /** Reads on as far as any member has come, and compares the states of all members with what is read. */
    void catchUp(ProcessEnsemble ensemble) throws IOException, InterruptedException {
        List<ProcessEnsemble.Status> statuses = new ArrayList<>();
        for (int id : ensemble.ids()) {
            Optional<ProcessEnsemble.Status> status = ensemble.status(id);
            if (status.isPresent()) {
                statuses.add(status.get());
                read(ensemble, id, status.get().applied());
            }
        }
        statuses.forEach(this::compare);
    }

    private void read(ProcessEnsemble ensemble, int id, long applied) throws IOException {
        if (applied <= oracle.lastIndex() || !violations.isEmpty()) {
            return;
        }
        append(id, SegmentRecords.read(ensemble.segments(id), oracle.lastIndex() + 1, applied));
    }

    /** Takes what a member has on its disk behind what is known, and has applied. */
    void append(int id, List<io.quorate.embedded.log.LogRecord> records) {
        for (var record : records) {
            boolean fits = record.index() == oracle.lastIndex() + 1 && record.prevHash() == lastHash;
            if (!fits) {
                violations.add("N1: member " + id + " has " + record + ", which does not continue what is committed");
                return;
            }
            RecordType type = switch (record.type()) {
                case NEWLEADER -> RecordType.NEWLEADER;
                case TXN -> RecordType.TXN;
                case ADMISSION -> RecordType.ADMISSION;
            };
            byte[] body = new byte[record.body().remaining()];
            record.body().get(body);
            apply(new LogRecord(record.epoch(), record.index(), record.prevHash(), type, body));
        }
    }

    private void apply(LogRecord record) {
        lastHash = record.hash();
        try {
            var unused = oracle.apply(record);
        } catch (PropertyViolated violation) {
            String what = String.valueOf(violation.getMessage());
            violations.add(
                    (what.startsWith("WritesOnce") || what.startsWith("OperationsOnce") ? "N2: " : "N5: ") + what);
        }
    }

    /** N14: compares the state of a member, which may have come from its disk or from another's snapshot, with what is committed. */
    void compare(ProcessEnsemble.Status status) {
        boolean known = status.applied() > 0 && status.applied() <= oracle.lastIndex();
        if (known && violations.isEmpty() && oracle.digestAt(status.applied()) != status.digest()) {
            violations.add("N14: a member has another state behind record " + status.applied()
                    + " than what is committed comes to");
        }
    }
}

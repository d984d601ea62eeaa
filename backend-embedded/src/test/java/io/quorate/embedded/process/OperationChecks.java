package io.quorate.embedded.process;

import io.quorate.backend.Bytes;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.embedded.process.ClientOperation.Outcome;
import io.quorate.embedded.sim.Oracle;
import io.quorate.linearizability.testing.CheckReport;
import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.Operation;
import io.quorate.linearizability.testing.PartitionReport;
import io.quorate.linearizability.testing.Verdict;
import io.quorate.linearizability.testing.VersionedStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whether what clients were told of their reads and writes agrees with what was committed (N1 to N4). */
final class OperationChecks {

    private static final long STEP_LIMIT = 20_000_000;

    private final List<ClientOperation> operations;
    private final Oracle oracle;
    private final List<String> violations = new ArrayList<>();

    /** The revisions of acknowledged writes by the times at which they were acknowledged, each the greatest so far. */
    private final TreeMap<Long, Long> acknowledged = new TreeMap<>();

    /** The revisions of acknowledged writes by the times at which they were asked for, each the least from then on. */
    private final TreeMap<Long, Long> asked = new TreeMap<>();

    OperationChecks(List<ClientOperation> operations, Oracle oracle) {
        this.operations = operations.stream()
                .sorted(Comparator.comparingLong(ClientOperation::called))
                .toList();
        this.oracle = oracle;
        noteWrites();
    }

    private void noteWrites() {
        List<ClientOperation> writes =
                operations.stream().filter(each -> each.revision() > 0).toList();
        long greatest = 0;
        for (ClientOperation write : writes.stream()
                .sorted(Comparator.comparingLong(ClientOperation::returned))
                .toList()) {
            greatest = Math.max(greatest, write.revision());
            acknowledged.put(write.returned(), greatest);
        }
        long least = Long.MAX_VALUE;
        for (int i = writes.size() - 1; i >= 0; i--) {
            least = Math.min(least, writes.get(i).revision());
            asked.put(writes.get(i).called(), least);
        }
    }

    /** Returns what does not hold, a line each. */
    List<String> violations() {
        operations.forEach(this::checkWrite);
        checkLinearizable();
        checkReads();
        return violations;
    }

    private static Key keyOf(VersionedStore.Input input) {
        if (input instanceof VersionedStore.Get get) {
            return Key.of("/" + get.key());
        } else if (input instanceof VersionedStore.Op op) {
            return Key.of("/" + op.key());
        }
        throw new IllegalArgumentException("no key of " + input);
    }

    private static @Nullable String valueOf(VersionedStore.Input input) {
        return input instanceof VersionedStore.Create create
                ? create.value()
                : input instanceof VersionedStore.Update update ? update.value() : null;
    }

    private void violated(String check, ClientOperation operation, String what) {
        violations.add(check + ": session " + operation.session() + " at member " + operation.member() + " asked "
                + operation.input() + " and was told " + operation.output() + ", but " + what);
    }

    // ---- N1, N2

    private void checkWrite(ClientOperation operation) {
        String value = valueOf(operation.input());
        if (operation.revision() > 0) {
            checkAcknowledged(operation, value);
        } else if (value != null && !operation.isRead() && operation.outcome() != Outcome.UNKNOWN) {
            // Refused or failed: it certainly did not happen. That nothing happens twice the sequence sees to.
            long at = oracle.writtenAt(Bytes.utf8(value));
            if (at != 0) {
                violated("N2", operation, "it is committed at " + at);
            }
        }
    }

    private void checkAcknowledged(ClientOperation write, @Nullable String value) {
        long revision = write.revision();
        if (revision > oracle.lastIndex()) {
            violated("N1", write, "the last committed record is " + oracle.lastIndex());
            return;
        }
        if (oracle.at(revision).session() != write.session()) {
            violated("N1", write, "what is committed there is " + oracle.at(revision));
        }
        Entry entry = oracle.entryAt(keyOf(write.input()), revision);
        boolean written = value == null
                ? entry == null
                : entry != null && entry.modRevision() == revision && Objects.equals(entry.value(), Bytes.utf8(value));
        if (!written) {
            violated("N1", write, "there is " + entry);
        }
        if (revision <= acknowledgedBefore(write.called())) {
            violated("N3", write, "a write that was acknowledged before is at " + acknowledgedBefore(write.called()));
        }
    }

    private long acknowledgedBefore(long time) {
        Map.Entry<Long, Long> last = acknowledged.lowerEntry(time);
        return last == null ? 0 : last.getValue();
    }

    /** Returns the last index that may be shown before some time: nothing that was asked for later is committed at it. */
    private long committedBefore(long time) {
        Map.Entry<Long, Long> next = asked.higherEntry(time);
        return next == null ? oracle.lastIndex() : next.getValue() - 1;
    }

    // ---- N3

    private void checkLinearizable() {
        List<Operation<VersionedStore.Input, VersionedStore.Output>> history = new ArrayList<>();
        for (ClientOperation operation : operations) {
            if (operation.latest() && !keyOf(operation.input()).startsWith(Key.of("/" + Workload.OWNED))) {
                history.add(asRecorded(operation));
            }
        }
        CheckReport<VersionedStore.Input, VersionedStore.Output> report = LinearizabilityChecker.of(
                        VersionedStore.registers())
                .withStepLimit(STEP_LIMIT)
                .check(History.of(history));
        for (PartitionReport<VersionedStore.Input, VersionedStore.Output> partition : report.partitions()) {
            if (partition.verdict() != Verdict.LINEARIZABLE) {
                violations.add("N3: a key is " + partition.verdict() + ":\n" + partition);
            }
        }
    }

    private static Operation<VersionedStore.Input, VersionedStore.Output> asRecorded(ClientOperation operation) {
        VersionedStore.Output output = operation.output();
        if (output != null) {
            return Operation.returned(
                    operation.member(), operation.called(), operation.returned(), operation.input(), output);
        }
        return operation.outcome() == Outcome.FAILED
                ? Operation.failed(operation.member(), operation.called(), operation.returned(), operation.input())
                : Operation.unknown(operation.member(), operation.called(), operation.input());
    }

    // ---- N3, N4: what a session is shown is committed, and never older than what it was shown before

    private record Shown(long returned, long index) {}

    private static final class Sight {
        private final PriorityQueue<Shown> answers = new PriorityQueue<>(Comparator.comparingLong(Shown::returned));
        private long index;

        /** Returns the latest index that was shown by answers before some time. */
        long before(long time) {
            for (Shown next = answers.peek(); next != null && next.returned() < time; next = answers.peek()) {
                index = Math.max(index, next.index());
                answers.remove();
            }
            return index;
        }
    }

    private void checkReads() {
        Map<Long, Sight> sights = new HashMap<>();
        for (ClientOperation operation : operations) {
            if (operation.outcome() == Outcome.ANSWERED && operation.session() > 0) {
                Sight sight = sights.computeIfAbsent(operation.session(), session -> new Sight());
                long seen = Math.max(operation.session(), sight.before(operation.called()));
                long shown = operation.isRead() ? witness(operation, seen) : operation.revision();
                if (shown > 0) {
                    sight.answers.add(new Shown(operation.returned(), shown));
                }
            }
        }
    }

    /** Returns the first index whose state is what a read was answered; 0 and a violation if there is none. */
    private long witness(ClientOperation read, long seen) {
        long low = read.latest() ? Math.max(seen, acknowledgedBefore(read.called())) : seen;
        long high = committedBefore(read.returned());
        long index = oracle.firstShowing(keyOf(read.input()), low, high, entry -> isAnswer(read.output(), entry));
        if (index == 0) {
            violated(read.latest() ? "N3" : "N4", read, "that was not so at any index from " + low + " to " + high);
        }
        return index;
    }

    private static boolean isAnswer(VersionedStore.@Nullable Output output, @Nullable Entry entry) {
        if (output instanceof VersionedStore.Found found) {
            return entry != null
                    && entry.createRevision() == found.createRevision()
                    && entry.modRevision() == found.modRevision()
                    && Objects.equals(entry.value(), Bytes.utf8(String.valueOf(found.value())));
        }
        return entry == null;
    }
}

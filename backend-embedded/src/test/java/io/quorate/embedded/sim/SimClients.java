package io.quorate.embedded.sim;

import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Clients that propose and read at members that lead, and remember what they were told.
 *
 * <p>They check N1 (what succeeded is in the history, once, where it was said to be), N2 (what failed is not in it, what is
 * unknown at most once), I13 (what is acknowledged is committed) and the part of N3 that concerns the protocol: a confirmed
 * round reflects everything that was applied anywhere before it was asked for.
 */
final class SimClients extends Property {

    private static final byte UNKNOWN = 0;
    private static final byte SUCCEEDED = 1;
    private static final byte FAILED = 2;

    private final SimulatedEnsemble world;
    private final CommittedHistory committed;
    private byte[] outcomes = new byte[1024];
    private long[] indexes = new long[1024];
    private long lastOperation;
    private final Map<Long, long[]> proposals = new HashMap<>();
    private final Map<Long, Long> rounds = new HashMap<>();
    private long appliedAnywhere;

    /** The index from which each member's proposals await their outcome, by index; cleared when it stops leading. */
    private final List<Map<Long, Long>> waiting = new ArrayList<>();

    SimClients(SimulatedEnsemble world, CommittedHistory committed, int members) {
        this.world = world;
        this.committed = committed;
        for (int i = 0; i < members; i++) {
            waiting.add(new HashMap<>());
        }
    }

    long lastOperation() {
        return lastOperation;
    }

    /** Proposes some transactions at a member; returns the first operation. */
    long propose(SimNode node, int count) {
        long first = lastOperation + 1;
        lastOperation += count;
        List<byte[]> payloads = new ArrayList<>(count);
        for (long op = first; op <= lastOperation; op++) {
            payloads.add(ByteBuffer.allocate(Long.BYTES).putLong(op).array());
        }
        while (lastOperation >= outcomes.length) {
            outcomes = Arrays.copyOf(outcomes, outcomes.length * 2);
            indexes = Arrays.copyOf(indexes, indexes.length * 2);
        }
        proposals.put(first, new long[] {first, lastOperation});
        node.deliver(new Event.Propose(first, payloads));
        return first;
    }

    void proposed(SimNode node, long ticket, long firstIndex) {
        long[] range = proposals.getOrDefault(ticket, new long[] {0, -1});
        long index = firstIndex;
        for (long op = range[0]; op <= range[1]; op++) {
            waiting.get(node.position()).put(index++, op);
        }
    }

    void refused(long ticket) {
        world.count(Rare.PROPOSAL_REFUSED);
        long[] range = proposals.getOrDefault(ticket, new long[] {0, -1});
        for (long op = range[0]; op <= range[1]; op++) {
            outcomes[(int) op] = FAILED;
        }
    }

    /** A member no longer leads, or is gone: nobody knows what becomes of its proposals. */
    void outcomeUnknown(SimNode node) {
        if (!waiting.get(node.position()).isEmpty()) {
            world.count(Rare.PROPOSAL_OUTCOME_UNKNOWN);
            waiting.get(node.position()).clear();
        }
    }

    void applied(SimNode node, long from, long through) {
        appliedAnywhere = Math.max(appliedAnywhere, through);
        Map<Long, Long> mine = waiting.get(node.position());
        for (long index = from + 1; index <= through && !mine.isEmpty(); index++) {
            Long op = mine.remove(index);
            if (op != null) {
                succeeded(op, index);
            }
        }
    }

    private void succeeded(long op, long index) {
        require(
                index <= committed.lastIndex(),
                () -> "operation " + op + " succeeded at " + index + ", which is not committed");
        LogRecord record = committed.at(index);
        require(
                record.type() == RecordType.TXN && operationOf(record) == op,
                () -> "operation " + op + " succeeded at " + index + ", where " + record + " is committed");
        outcomes[(int) op] = SUCCEEDED;
        indexes[(int) op] = index;
    }

    static long operationOf(LogRecord record) {
        return ByteBuffer.wrap(record.payload()).getLong();
    }

    /** The index at which an operation from {@code first} on has succeeded, 0 if none has. */
    long lastSucceededFrom(long first) {
        for (long op = lastOperation; op >= first; op--) {
            if (outcomes[(int) op] == SUCCEEDED) {
                return indexes[(int) op];
            }
        }
        return 0;
    }

    void read(SimNode node) {
        long ticket = ++lastOperation;
        while (lastOperation >= outcomes.length) {
            outcomes = Arrays.copyOf(outcomes, outcomes.length * 2);
            indexes = Arrays.copyOf(indexes, indexes.length * 2);
        }
        rounds.put(ticket, appliedAnywhere);
        node.deliver(new Event.BeginRound(ticket));
    }

    void roundConfirmed(long ticket, long readIndex) {
        world.count(Rare.ROUND_CONFIRMED);
        Long mustSee = rounds.remove(ticket);
        require(
                mustSee != null && readIndex >= mustSee,
                () -> "read " + ticket + " may show " + readIndex + ", but " + mustSee
                        + " was applied before it was asked for");
    }

    void roundFailed(long ticket) {
        world.count(Rare.ROUND_FAILED);
        rounds.remove(ticket);
    }

    /** Compares what clients were told with the whole committed history. */
    void checkAll() {
        boolean[] seen = new boolean[(int) lastOperation + 1];
        for (LogRecord record : committed.records()) {
            if (record.type() == RecordType.TXN) {
                int op = (int) operationOf(record);
                require(!seen[op], () -> "operation " + op + " is committed twice, again at " + record);
                require(outcomes[op] != FAILED, () -> "operation " + op + " failed, but is committed as " + record);
                require(
                        outcomes[op] == UNKNOWN || indexes[op] == record.index(),
                        () -> "operation " + op + " succeeded at " + indexes[op] + ", but is committed as " + record);
                seen[op] = true;
            }
        }
        for (int op = 1; op <= lastOperation; op++) {
            int told = op;
            require(
                    outcomes[op] != SUCCEEDED || seen[op],
                    () -> "operation " + told + " succeeded, but is not committed");
        }
    }
}

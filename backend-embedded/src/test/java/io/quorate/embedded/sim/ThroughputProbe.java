package io.quorate.embedded.sim;

import io.quorate.embedded.zab.DurableState;
import io.quorate.embedded.zab.Effects;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.Message;
import io.quorate.embedded.zab.Phase;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.StorageCompletion;
import io.quorate.embedded.zab.ZabConfig;
import io.quorate.embedded.zab.ZabPeer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Commits as many transactions as one thread can with three members whose disks are instant: the cost of the protocol alone.
 *
 * <p>Arguments: seconds, transactions per step, bytes per transaction.
 */
final class ThroughputProbe {

    private static final int MEMBERS = 3;

    private final Probe[] probes = new Probe[MEMBERS];

    /** A member whose effects go straight into the inbox of the one they concern. */
    private final class Probe implements Effects {
        final int id;
        final ZabPeer peer;
        final ArrayDeque<Event> inbox = new ArrayDeque<>();
        final List<Event> batch = new ArrayList<>();
        long applied;

        Probe(int id) {
            this.id = id;
            this.peer = new ZabPeer(
                    new ZabConfig(id, 1, List.of(1, 2, 3), 2, 1_000_000, 1_000_000, 3, 1_000_000, 1 << 20), 0);
        }

        void run() {
            batch.clear();
            while (!inbox.isEmpty()) {
                batch.add(inbox.remove());
            }
            if (!batch.isEmpty()) {
                peer.step(batch, this);
            }
        }

        @Override
        public void send(long connection, Message message) {
            probes[(int) connection - 1].inbox.add(new Event.Received(id, id, message));
        }

        @Override
        public void append(long generation, RecordBatch records) {
            inbox.add(new StorageCompletion.Appended(generation, records.last().index()));
        }

        @Override
        public void settle(long generation) {
            inbox.add(new StorageCompletion.Settled(generation, DurableState.BLANK));
        }

        @Override
        public void persistPromise(long generation, EpochPromise promise) {
            inbox.add(new StorageCompletion.PromisePersisted(generation, promise));
        }

        @Override
        public void apply(long from, long through) {
            applied = through;
        }

        @Override
        public void sendHistory(long connection, long epoch, long from, long to) {
            throw new IllegalStateException("nobody is behind");
        }

        @Override
        public void sendSnapshot(long connection, long epoch, LogPoint point) {
            throw new IllegalStateException("nobody is behind");
        }

        @Override
        public void close(long connection, String reason) {
            throw new IllegalStateException(reason);
        }

        @Override
        public void truncate(long generation, long lastIndex) {
            throw new IllegalStateException("nobody is ahead");
        }

        @Override
        public void installSnapshot(long generation, LogPoint point) {
            throw new IllegalStateException("nobody is behind");
        }

        @Override
        public void proposed(long ticket, long firstIndex) {}

        @Override
        public void refused(long ticket) {
            throw new IllegalStateException("refused");
        }

        @Override
        public void roundConfirmed(long ticket, long readIndex) {}

        @Override
        public void roundFailed(long ticket) {}

        @Override
        public void roleChanged(RoleName role, Phase phase, long epoch, int leader) {}

        @Override
        public void handedOver(int successor) {}

        @Override
        public void halt(String reason) {
            throw new IllegalStateException(reason);
        }
    }

    public static void main(String[] args) {
        long seconds = args.length > 0 ? Long.parseLong(args[0]) : 5;
        int perStep = args.length > 1 ? Integer.parseInt(args[1]) : 64;
        int bytes = args.length > 2 ? Integer.parseInt(args[2]) : 100;
        ThroughputProbe probe = new ThroughputProbe();
        probe.establish();
        probe.measure(seconds, perStep, bytes);
        System.out.printf("commitsPerSecond=%d%n", probe.measure(seconds, perStep, bytes));
    }

    private void establish() {
        for (int i = 0; i < MEMBERS; i++) {
            probes[i] = new Probe(i + 1);
        }
        for (Probe probe : probes) {
            probe.peer.start(probe);
            for (Probe other : probes) {
                if (other.id != probe.id) {
                    probe.inbox.add(new Event.ConnectionUp(other.id, other.id));
                }
            }
        }
        for (int i = 0; i < 50; i++) {
            runAll();
            for (Probe probe : probes) {
                probe.inbox.add(new Event.Tick());
            }
        }
    }

    private void runAll() {
        for (Probe probe : probes) {
            probe.run();
        }
    }

    /** Keeps some steps in flight and returns the transactions per second that all members have applied. */
    private long measure(long seconds, int perStep, int bytes) {
        Probe leader = probes[MEMBERS - 1];
        List<byte[]> payloads = Collections.nCopies(perStep, new byte[bytes]);
        long first = applied();
        long start = System.nanoTime();
        long elapsed = 0;
        while (elapsed < seconds * 1_000_000_000L) {
            for (int i = 0; i < 100; i++) {
                leader.inbox.add(new Event.Propose(i, payloads));
                runAll();
            }
            elapsed = System.nanoTime() - start;
        }
        return (applied() - first) * 1_000_000_000L / elapsed;
    }

    private long applied() {
        long applied = Long.MAX_VALUE;
        for (Probe probe : probes) {
            applied = Math.min(applied, probe.applied);
        }
        return applied;
    }
}

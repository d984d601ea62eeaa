package io.quorate.embedded.tree;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints what the tree costs: heap per node, commits per second, and what a snapshot does to the latency of writes. */
final class TreeFigures {

    private static final int MEMBERS = 3;
    private static final int PIPELINE = 64;
    private static final Bytes VALUE = Bytes.of(new byte[100]);

    private TreeFigures() {}

    public static void main(String[] args) {
        StateMachine million = heapPerNode();
        snapshotLatency(million);
        for (int round = 0; round < 4; round++) {
            pipelinedUpdates(100);
            pipelinedUpdates(10_000);
            pipelinedCreatesAndDeletes();
        }
        watchFanOut();
    }

    private static StateMachine heapPerNode() {
        long before = usedHeap();
        StateMachine state = new StateMachine();
        state.apply(1, new Txn.OpenSession(new byte[16], 1_000, "figures", 0));
        TxnCodec codec = new TxnCodec();
        for (int directory = 0; directory < 1_000; directory++) {
            List<NodeChange> changes = new ArrayList<>();
            String path = String.format("/directory-%04d", directory);
            changes.add(new NodeChange.Created(path, new byte[100], NodeKind.PERSISTENT, 0, false));
            for (int i = 0; i < 999; i++) {
                String child = String.format("%s/node-%06d", path, i);
                changes.add(new NodeChange.Created(child, new byte[100], NodeKind.PERSISTENT, 0, false));
            }
            Txn txn = new Txn.Write(1, directory + 1, directory, 0, changes, Result.Done.INSTANCE);
            state.apply(directory + 2L, TxnCodec.decode(ByteBuffer.wrap(codec.encode(txn))));
        }
        long used = usedHeap() - before;
        System.out.printf("heap per node of 100 B: %d bytes (%d nodes)%n", used / state.nodes(), state.nodes());
        return state;
    }

    private static void snapshotLatency(StateMachine state) {
        for (int round = 0; round < 3; round++) {
            long[] quiet = updates(state, 200_000, null, new long[1]);
            long[] total = new long[2];
            SnapshotWriter writer = state.beginSnapshot();
            long start = System.nanoTime();
            long[] busy = updates(state, 200_000, writer, total);
            while (writer.next(1 << 16) != null) {
                total[0]++;
            }
            System.out.printf(
                    "apply p50/p99/p99.9 ns: quiet %d/%d/%d, during a snapshot %d/%d/%d; chunks take p99 %d us; snapshot took"
                            + " %d ms%n",
                    at(quiet, 50),
                    at(quiet, 99),
                    at(quiet, 99.9),
                    at(busy, 50),
                    at(busy, 99),
                    at(busy, 99.9),
                    total[1] / 1_000,
                    (System.nanoTime() - start) / 1_000_000);
        }
        long start = cpuNanos();
        List<byte[]> chunks = SnapshotTest.write(state, 1 << 16);
        long written = cpuNanos();
        StateMachine loaded = SnapshotTest.load(chunks);
        System.out.printf(
                "snapshot of %d nodes: %d MB, written in %d ms, loaded and verified in %d ms, equal %b%n",
                state.nodes(),
                chunks.stream().mapToLong(chunk -> chunk.length).sum() >> 20,
                (written - start) / 1_000_000,
                (cpuNanos() - written) / 1_000_000,
                loaded.digest() == state.digest());
    }

    private static long[] updates(StateMachine state, int count, @Nullable SnapshotWriter writer, long[] total) {
        long[] nanos = new long[count];
        List<Long> chunks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String path = String.format("/directory-%04d/node-%06d", i * 7919 % 1_000, i * 31L % 999);
            long operation = state.session(1).orElseThrow().lastOperation() + 1;
            Txn txn = new Txn.Write(
                    1,
                    operation,
                    operation - 1,
                    i,
                    List.of(new NodeChange.Updated(path, new byte[100])),
                    Result.Done.INSTANCE);
            long start = System.nanoTime();
            state.apply(state.appliedIndex() + 1, txn);
            nanos[i] = System.nanoTime() - start;
            if (writer != null && i % 100 == 0) {
                long begun = System.nanoTime();
                if (writer.next(1 << 16) != null) {
                    chunks.add(System.nanoTime() - begun);
                }
            }
        }
        if (!chunks.isEmpty()) {
            long[] sorted = chunks.stream().mapToLong(Long::longValue).sorted().toArray();
            total[1] = at(sorted, 99);
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static long at(long[] sorted, double percent) {
        return sorted[(int) (sorted.length * percent / 100)];
    }

    private static void pipelinedUpdates(int count) {
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(Key.of("/config/group-" + i % 100 + "/key-" + i));
        }
        Ensemble ensemble = new Ensemble();
        keys.forEach(key -> ensemble.commit(Commit.builder().create(key, VALUE).build()));
        List<Commit> commits = keys.stream()
                .map(key -> Commit.builder().update(key, VALUE).build())
                .toList();
        long start = cpuNanos();
        for (int round = 0; round < 1_000_000 / count; round++) {
            commits.forEach(ensemble::commit);
        }
        ensemble.drain();
        report("updates of " + count + " keys", 1_000_000, cpuNanos() - start);
    }

    private static void pipelinedCreatesAndDeletes() {
        Ensemble ensemble = new Ensemble();
        List<Commit> commits = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            Key key = Key.of("/items/item-" + i);
            commits.add(Commit.builder().create(key, VALUE).build());
            commits.add(Commit.builder().delete(key).build());
        }
        long start = cpuNanos();
        for (int round = 0; round < 100; round++) {
            commits.forEach(ensemble::commit);
        }
        ensemble.drain();
        report("creates and deletes", 1_000_000, cpuNanos() - start);
    }

    private static void report(String what, long count, long nanos) {
        System.out.printf(
                "%s: %d commits/s validated, encoded, and decoded and applied by %d members on one thread%n",
                what, count * 1_000_000_000L / nanos, MEMBERS);
    }

    private static void watchFanOut() {
        WatchRegistry registry = new WatchRegistry(1_000_000, 1_000_000);
        for (int i = 0; i < 100_000; i++) {
            registry.add(new Watcher(i, 1, Key.of("/watched"), Scope.SUBTREE));
        }
        long[] delivered = new long[1];
        for (int round = 0; round < 3; round++) {
            long elsewhere = dispatch(registry, "/elsewhere/x", 1_000_000, delivered);
            long here = dispatch(registry, "/watched/x", 100, delivered);
            System.out.printf(
                    "100000 watches on one prefix: %d ns for a change elsewhere, %d ns for each watch of a change below%n",
                    elsewhere, here / 100_000);
        }
    }

    private static long dispatch(WatchRegistry registry, String path, int times, long[] delivered) {
        Applied applied = new Applied(1, 0, 0, Result.Done.INSTANCE, List.of(new NodeChange.Deleted(path)));
        long start = cpuNanos();
        for (int i = 0; i < times; i++) {
            registry.dispatch(applied, (watcher, index, changes) -> delivered[0]++);
        }
        return (cpuNanos() - start) / times;
    }

    /** Other programs may use the machine meanwhile: what counts is the time this thread was running. */
    private static long cpuNanos() {
        try {
            String times = Files.readString(Path.of("/proc/thread-self/schedstat"));
            return Long.parseLong(times.substring(0, times.indexOf(' ')));
        } catch (IOException e) {
            return System.nanoTime();
        }
    }

    private static long usedHeap() {
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Three members without a protocol: what the leader encodes, each of them decodes and applies. */
    private static final class Ensemble {
        private final List<StateMachine> members = new ArrayList<>();
        private final Validator validator;
        private final TxnCodec codec = new TxnCodec();
        private final ArrayDeque<byte[]> pipeline = new ArrayDeque<>();
        private long index = 1;
        private long operation;

        Ensemble() {
            for (int i = 0; i < MEMBERS; i++) {
                StateMachine member = new StateMachine();
                member.apply(1, new Txn.OpenSession(new byte[16], 1_000, "figures", 0));
                members.add(member);
            }
            validator = new Validator(members.get(0), TreeLimits.DEFAULT);
        }

        void commit(Commit commit) {
            operation++;
            Request request = new Request.Write(1, operation, Math.max(0, operation - PIPELINE), commit);
            Verdict verdict = validator.validate(request, ++index, index);
            pipeline.addLast(codec.encode(((Verdict.Propose) verdict).txn()));
            if (pipeline.size() == PIPELINE) {
                drain();
            }
        }

        void drain() {
            while (!pipeline.isEmpty()) {
                byte[] bytes = pipeline.removeFirst();
                for (StateMachine member : members) {
                    member.apply(member.appliedIndex() + 1, TxnCodec.decode(ByteBuffer.wrap(bytes)));
                }
            }
        }
    }
}

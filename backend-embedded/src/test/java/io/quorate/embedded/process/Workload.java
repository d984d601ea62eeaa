package io.quorate.embedded.process;

import io.quorate.linearizability.testing.CheckReport;
import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.HistoryRecorder;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.PartitionReport;
import io.quorate.linearizability.testing.Verdict;
import io.quorate.linearizability.testing.VersionedStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Clients of all members, a thread each, that read and write a few keys and take a lock, and what they saw of it.
 *
 * <p>All times are those of this process, taken before an operation is sent to a member and after its answer was read. A key is given up
 * for a new one before its history becomes too long to be judged, or has too many operations of which nobody knows what became of them.
 */
final class Workload {

    private static final int KEYS = 4;
    private static final int MAX_OPERATIONS = 150;
    private static final int MAX_UNKNOWN = 4;
    private static final String LOCK = "mutex";
    private static final long ANSWER_SECONDS = 60;

    /** A key in use, and what it has been used for. */
    private static final class UsedKey {
        private final String name;
        private final AtomicInteger operations = new AtomicInteger();
        private final AtomicInteger unknown = new AtomicInteger();

        UsedKey(String name) {
            this.name = name;
        }

        boolean isWornOut() {
            return operations.get() >= MAX_OPERATIONS || unknown.get() >= MAX_UNKNOWN;
        }
    }

    /** A guarded write under the lock. */
    private record Fenced(long token, long revision) {}

    /** When a write was acknowledged that had been sent at some time. */
    record Acknowledged(int member, long sent, long acknowledged) {}

    private final ProcessEnsemble ensemble;
    private final HistoryRecorder<VersionedStore.Input, VersionedStore.Output> recorder =
            HistoryRecorder.timedBy(System::nanoTime);
    private final AtomicReferenceArray<UsedKey> keys = new AtomicReferenceArray<>(KEYS);
    private final AtomicLong lastKey = new AtomicLong();
    private final AtomicLong lastValue = new AtomicLong();
    private final Queue<Fenced> fenced = new ConcurrentLinkedQueue<>();
    private final Queue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
    private final Map<String, Long> revisions = new ConcurrentHashMap<>();
    private final List<Thread> clients = new ArrayList<>();
    private final AtomicLong answered = new AtomicLong();
    private volatile boolean over;

    Workload(ProcessEnsemble ensemble) {
        this.ensemble = ensemble;
        for (int i = 0; i < KEYS; i++) {
            keys.set(i, newKey());
        }
    }

    private UsedKey newKey() {
        return new UsedKey("k" + lastKey.incrementAndGet());
    }

    /** Starts clients: two that read and write and one that takes the lock, at each member. */
    void start(long seed) {
        int client = 0;
        for (int id = 1; id <= ensemble.size(); id++) {
            for (int i = 0; i < 3; i++) {
                int number = client++;
                int at = id;
                boolean locks = i == 2;
                Thread thread =
                        new Thread(() -> run(number, at, locks, new Random(seed * 1000 + number)), "client " + number);
                thread.setDaemon(true);
                clients.add(thread);
                thread.start();
            }
        }
    }

    void stop() throws InterruptedException {
        over = true;
        for (Thread client : clients) {
            client.join();
        }
    }

    private void run(int client, int at, boolean locks, Random random) {
        while (!over) {
            Optional<RunningMember> member = ensemble.member(at);
            try {
                if (member.isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(20);
                } else if (locks) {
                    lock(member.get());
                } else {
                    use(client, member.get(), random);
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static String answer(RunningMember member, String operation) throws InterruptedException {
        try {
            return member.ask(operation).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return "unknown no answer";
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- reading and writing

    private void use(int client, RunningMember member, Random random) throws InterruptedException {
        int slot = random.nextInt(KEYS);
        UsedKey key = keys.get(slot);
        if (key.isWornOut()) {
            keys.compareAndSet(slot, key, newKey());
            return;
        }
        key.operations.incrementAndGet();
        perform(client, member, key, input(key.name, random));
    }

    private VersionedStore.Input input(String key, Random random) {
        String value = "v" + lastValue.incrementAndGet();
        int kind = random.nextInt(10);
        if (kind < 4) {
            return new VersionedStore.Get(key);
        } else if (kind < 6) {
            return new VersionedStore.Create(key, value);
        } else if (kind < 7) {
            return new VersionedStore.Delete(key, VersionedStore.ANY);
        }
        long expected = kind < 9 ? VersionedStore.ANY : revisions.getOrDefault(key, VersionedStore.ANY);
        return new VersionedStore.Update(key, value, expected);
    }

    private static String line(VersionedStore.Input input) {
        if (input instanceof VersionedStore.Get get) {
            return "get /" + get.key();
        } else if (input instanceof VersionedStore.Create create) {
            return "create /" + create.key() + " " + create.value();
        } else if (input instanceof VersionedStore.Update update) {
            return "update /" + update.key() + " " + update.value() + " " + update.expected();
        } else if (input instanceof VersionedStore.Delete delete) {
            return "delete /" + delete.key() + " " + delete.expected();
        }
        throw new IllegalArgumentException("no line for " + input);
    }

    private void perform(int client, RunningMember member, UsedKey key, VersionedStore.Input input)
            throws InterruptedException {
        long sent = System.nanoTime();
        HistoryRecorder.Invocation<VersionedStore.Input, VersionedStore.Output> call = recorder.call(client, input);
        String[] words = answer(member, line(input)).split(" ", 4);
        switch (words[0]) {
            case "committed" -> {
                long revision = Long.parseLong(words[1]);
                call.returned(new VersionedStore.Committed(revision));
                acknowledged.add(new Acknowledged(member.id(), sent, System.nanoTime()));
            }
            case "refused" -> call.returned(new VersionedStore.Refused(0, VersionedStore.Reason.valueOf(words[1])));
            case "absent" -> call.returned(new VersionedStore.Absent());
            case "found" -> {
                long modified = Long.parseLong(words[2]);
                call.returned(new VersionedStore.Found(words[3], Long.parseLong(words[1]), modified));
                revisions.put(key.name, modified);
            }
            case "failed" -> call.failed();
            default -> {
                if (!(input instanceof VersionedStore.Get)) {
                    key.unknown.incrementAndGet();
                }
                call.unknown();
            }
        }
        answered.incrementAndGet();
    }

    /** Reads all keys that are in use, at each member. */
    void readAll() throws InterruptedException {
        for (int id = 1; id <= ensemble.size(); id++) {
            RunningMember member = ensemble.member(id).orElseThrow();
            for (int slot = 0; slot < KEYS; slot++) {
                UsedKey key = keys.get(slot);
                perform(100 + id, member, key, new VersionedStore.Get(key.name));
            }
        }
    }

    // ---- the lock

    private void lock(RunningMember member) throws InterruptedException {
        String[] words = answer(member, "lock " + LOCK + " /fenced-" + lastValue.incrementAndGet())
                .split(" ", 4);
        if (words[0].equals("locked")) {
            fenced.add(new Fenced(Long.parseLong(words[1]), Long.parseLong(words[2])));
        }
        answered.incrementAndGet();
    }

    // ---- judging

    long operations() {
        return answered.get();
    }

    long locked() {
        return fenced.size();
    }

    List<Acknowledged> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** Returns what does not hold, a line each. */
    List<String> violations() {
        List<String> violations = new ArrayList<>();
        History<VersionedStore.Input, VersionedStore.Output> history = recorder.history();
        CheckReport<VersionedStore.Input, VersionedStore.Output> report = LinearizabilityChecker.of(
                        VersionedStore.registers())
                .withStepLimit(20_000_000)
                .check(history);
        for (PartitionReport<VersionedStore.Input, VersionedStore.Output> partition : report.partitions()) {
            if (partition.verdict() != Verdict.LINEARIZABLE) {
                violations.add("a key is " + partition.verdict() + ":\n" + partition);
            }
        }
        Fenced last = new Fenced(Long.MIN_VALUE, Long.MIN_VALUE);
        for (Fenced next : fenced.stream()
                .sorted(Comparator.comparingLong(Fenced::revision))
                .toList()) {
            if (next.token() <= last.token()) {
                violations.add("a guarded write with token " + next.token() + " came behind one with " + last.token());
            }
            last = next;
        }
        return violations;
    }
}

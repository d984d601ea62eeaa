package io.quorate.embedded.process;

import io.quorate.linearizability.testing.VersionedStore;
import java.util.ArrayList;
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
 * Clients of all members, a thread each, that read and write a few keys, take a lock, publish a configuration and let candidates resign, and
 * what they saw of it.
 *
 * <p>All times are those of this process, taken before an operation is sent to a member and after its answer was read. A key is given up
 * for a new one before its history becomes too long to be judged, or has too many operations of which nobody knows what became of them.
 */
final class Workload {

    /** Below it are the keys that one session owns. */
    static final String OWNED = "owned";

    private static final int KEYS = 4;
    private static final int MAX_OPERATIONS = 150;
    private static final int MAX_UNKNOWN = 4;
    private static final String LOCK = "mutex";
    private static final long ANSWER_SECONDS = 60;
    private static final int MAX_PAUSE_MILLIS = 8;

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

    private final ProcessEnsemble ensemble;
    private final AtomicReferenceArray<UsedKey> keys = new AtomicReferenceArray<>(KEYS);
    private final AtomicLong lastKey = new AtomicLong();
    private final AtomicLong lastValue = new AtomicLong();
    private final Queue<ClientOperation> operations = new ConcurrentLinkedQueue<>();
    private final Queue<GuardedWrite> guarded = new ConcurrentLinkedQueue<>();
    private final Queue<Long> published = new ConcurrentLinkedQueue<>();
    private final Map<String, Long> revisions = new ConcurrentHashMap<>();
    private final List<Thread> clients = new ArrayList<>();
    private final AtomicLong answered = new AtomicLong();
    private volatile boolean over;

    Workload(ProcessEnsemble ensemble) {
        this.ensemble = ensemble;
        for (int slot = 0; slot < KEYS; slot++) {
            keys.set(slot, newKey(slot));
        }
    }

    private UsedKey newKey(int slot) {
        return new UsedKey("kv/" + slot + "/k" + lastKey.incrementAndGet());
    }

    /** Starts clients: two that read and write, and one that uses recipes, at each member. */
    void start(long seed) {
        int client = 0;
        for (int id = 1; id <= ensemble.size(); id++) {
            for (int i = 0; i < 3; i++) {
                int number = client++;
                int at = id;
                boolean recipes = i == 2;
                Thread thread =
                        new Thread(() -> run(at, recipes, new Random(seed * 1000 + number)), "client " + number);
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

    private void run(int at, boolean recipes, Random random) {
        while (!over) {
            Optional<RunningMember> member = ensemble.member(at);
            try {
                TimeUnit.MILLISECONDS.sleep(member.isEmpty() ? 20 : random.nextInt(MAX_PAUSE_MILLIS));
                if (member.isPresent() && recipes) {
                    useRecipe(member.get(), random);
                } else if (member.isPresent()) {
                    use(member.get(), random);
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
            return "unknown 0 no answer";
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- reading and writing

    private void use(RunningMember member, Random random) throws InterruptedException {
        int slot = random.nextInt(KEYS);
        UsedKey key = keys.get(slot);
        if (key.isWornOut()) {
            keys.compareAndSet(slot, key, newKey(slot));
        } else if (random.nextInt(40) == 0) {
            perform(member, key, new VersionedStore.Create(OWNED + "/" + newValue(), newValue()), "own");
        } else if (random.nextInt(5) == 0) {
            // What the session knows may be old, and is judged by what that session was told before.
            perform(member, key, new VersionedStore.Get(key.name), "read");
        } else {
            key.operations.incrementAndGet();
            VersionedStore.Input input = input(key.name, random);
            perform(member, key, input, verb(input));
        }
    }

    private String newValue() {
        return "v" + lastValue.incrementAndGet();
    }

    private VersionedStore.Input input(String key, Random random) {
        String value = newValue();
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

    private static String verb(VersionedStore.Input input) {
        return input instanceof VersionedStore.Get
                ? "get"
                : input instanceof VersionedStore.Create
                        ? "create"
                        : input instanceof VersionedStore.Update ? "update" : "delete";
    }

    private static String line(String verb, VersionedStore.Input input) {
        if (input instanceof VersionedStore.Get get) {
            return verb + " /" + get.key();
        } else if (input instanceof VersionedStore.Create create) {
            return verb + " /" + create.key() + " " + create.value();
        } else if (input instanceof VersionedStore.Update update) {
            return verb + " /" + update.key() + " " + update.value() + " " + update.expected();
        } else if (input instanceof VersionedStore.Delete delete) {
            return verb + " /" + delete.key() + " " + delete.expected();
        }
        throw new IllegalArgumentException("no line for " + input);
    }

    private void perform(RunningMember member, UsedKey key, VersionedStore.Input input, String verb)
            throws InterruptedException {
        long called = System.nanoTime();
        String[] words = answer(member, line(verb, input)).split(" ", 5);
        long returned = System.nanoTime();
        VersionedStore.Output output = switch (words[0]) {
            case "committed" -> new VersionedStore.Committed(Long.parseLong(words[2]));
            case "refused" -> new VersionedStore.Refused(0, VersionedStore.Reason.valueOf(words[2]));
            case "absent" -> new VersionedStore.Absent();
            case "found" -> new VersionedStore.Found(words[4], Long.parseLong(words[2]), Long.parseLong(words[3]));
            default -> null;
        };
        ClientOperation.Outcome outcome = output != null
                ? ClientOperation.Outcome.ANSWERED
                : words[0].equals("failed") ? ClientOperation.Outcome.FAILED : ClientOperation.Outcome.UNKNOWN;
        operations.add(new ClientOperation(
                member.id(), Long.parseLong(words[1]), input, !verb.equals("read"), called, returned, outcome, output));
        if (output instanceof VersionedStore.Found found) {
            revisions.put(key.name, found.modRevision());
        } else if (outcome == ClientOperation.Outcome.UNKNOWN && !(input instanceof VersionedStore.Get)) {
            key.unknown.incrementAndGet();
        }
        answered.incrementAndGet();
    }

    /** Reads all keys that are in use, at each member. */
    void readAll() throws InterruptedException {
        for (int id : ensemble.ids()) {
            RunningMember member = ensemble.member(id).orElseThrow();
            for (int slot = 0; slot < KEYS; slot++) {
                UsedKey key = keys.get(slot);
                perform(member, key, new VersionedStore.Get(key.name), "get");
            }
        }
    }

    // ---- recipes

    private void useRecipe(RunningMember member, Random random) throws InterruptedException {
        int what = random.nextInt(100);
        if (what < 80) {
            lock(member, random);
        } else if (what < 97) {
            publish(member);
        } else {
            String unused = answer(member, "resign");
        }
        answered.incrementAndGet();
    }

    private void lock(RunningMember member, Random random) throws InterruptedException {
        long millis = random.nextInt(10) == 0 ? 300 : random.nextInt(5);
        String[] words = answer(member, "lock " + LOCK + " /fenced/" + newValue() + " " + millis)
                .split(" ", 5);
        if (words[0].equals("locked")) {
            guarded.add(new GuardedWrite(
                    Long.parseLong(words[2]),
                    new Held(
                            member.name(),
                            Long.parseLong(words[1]),
                            Long.parseLong(words[3]),
                            Long.parseLong(words[4]))));
        }
    }

    private void publish(RunningMember member) throws InterruptedException {
        String[] words = answer(member, "publish " + newValue()).split(" ", 2);
        if (words[0].equals("published")) {
            published.add(Long.parseLong(words[1]));
        }
    }

    // ---- what they saw

    long answered() {
        return answered.get();
    }

    List<ClientOperation> operations() {
        return List.copyOf(operations);
    }

    /** Returns the last index at which something happened that a client was told of: what it wrote or read, or that its session was opened. */
    long lastTold() {
        return operations.stream().mapToLong(ClientOperation::told).max().orElse(0);
    }

    List<GuardedWrite> guarded() {
        return List.copyOf(guarded);
    }

    /** Returns the revisions of configurations that are known to be published. */
    List<Long> published() {
        return List.copyOf(published);
    }
}

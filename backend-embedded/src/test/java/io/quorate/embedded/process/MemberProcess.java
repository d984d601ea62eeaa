package io.quorate.embedded.process;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.NoSuchKeyException;
import io.quorate.backend.Op;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.config.ConfigUpdate;
import io.quorate.embedded.EnsembleMember;
import io.quorate.embedded.MemberConfig;
import io.quorate.lock.LockLease;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process with one member, which does what it reads from its standard input, a line for each operation, and says what became of it on its
 * standard output.
 *
 * <pre>
 * NUMBER create KEY VALUE | own KEY VALUE | update KEY VALUE REVISION | delete KEY REVISION -> committed SESSION R | refused SESSION WHY
 * NUMBER get KEY (as of now) | read KEY (as of what the session knows)    -> found SESSION CREATED MODIFIED VALUE | absent SESSION
 * NUMBER lock NAME KEY MILLIS      creates KEY while it holds a lock, and under it  -> locked TOKEN R HELD-FROM HELD-TO
 * NUMBER publish VALUE             a configuration                                 -> published R
 * NUMBER resign                    as a candidate, and stands again                -> resigned
 * NUMBER status                                                                   -> status ROLE EPOCH APPLIED DIGEST ALERT
 * NUMBER turned-away               how many connections it has refused               -> turned-away COUNT
 * any of them                                                     -> failed SESSION WHY (it did not happen) | unknown SESSION WHY
 * </pre>
 *
 * <p>What it was not asked for it says in lines that begin with an exclamation mark:
 *
 * <pre>
 * session SESSION | batch SESSION REVISION INITIAL GAP CHANGE... | unwatched SESSION
 * acquired TERM | led TERM HELD-FROM HELD-TO | lost TERM WHY | failed WHY        as a candidate
 * seen REVISION VALUE[,VALUE...]                                                 the values of all keys of the configuration
 * </pre>
 *
 * <p>Times are those of {@link System#nanoTime}, which all processes of a machine share. The process ends with its input.
 */
final class MemberProcess {

    /** What ends each line: a process that is killed may leave half of one. */
    static final String END = ";";

    static final Duration SESSION = Duration.ofSeconds(4);
    private static final Duration LOCK_WAIT = Duration.ofSeconds(5);

    private final EnsembleMember member;
    private final String name;
    private final Consumer<String> output;
    private final ExecutorService lockers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "locker");
        thread.setDaemon(true);
        return thread;
    });
    private final Quorate quorate;
    private final Candidate candidate;
    private final SubtreeWatch watch;
    private @Nullable Session session;

    private MemberProcess(EnsembleMember member, String name, Consumer<String> output) {
        this.member = member;
        this.name = name;
        this.output = output;
        this.quorate = Quorate.openLazily(
                member.backend(),
                QuorateOptions.defaults().withOwnerName(name + "-recipes").withSessionTimeout(SESSION));
        this.candidate = new Candidate(quorate, output);
        this.watch = new SubtreeWatch(output);
    }

    public static void main(String[] arguments) throws IOException {
        // What the harness reads must be what it asked for, whoever else writes to the standard output.
        PrintStream stream = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Consumer<String> output = line -> stream.println(line + END);
        EnsembleMember member =
                EnsembleMember.of(MemberConfig.load(Path.of(arguments[0]))).start();
        output.accept("0 started " + member.port());
        try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            MemberProcess process = new MemberProcess(member, arguments[1], output);
            process.begin();
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                process.perform(line.split(" ", -1));
            }
        } finally {
            member.stop();
        }
    }

    private void begin() {
        candidate.stand();
        ConfigSightings.watch(quorate, output);
    }

    private void perform(String[] words) {
        String number = words[0];
        try {
            switch (words[1]) {
                case "status" -> answer(number, status());
                case "turned-away" -> answer(number, "turned-away " + member.refusedConnections());
                case "lock" ->
                    lockers.execute(() -> answer(number, lock(words[2], Key.of(words[3]), Long.parseLong(words[4]))));
                case "publish" -> publish(number, words[2]);
                case "resign" -> {
                    candidate.resign();
                    answer(number, "resigned");
                }
                case "get", "read" -> read(number, Key.of(words[2]), words[1].equals("get") ? Read.LATEST : Read.ANY);
                default -> commit(number, op(words));
            }
        } catch (RuntimeException e) {
            answer(number, told(0, e));
        }
    }

    private void answer(String number, String what) {
        output.accept(number + " " + what.replace('\n', ' '));
    }

    // ---- reading and writing

    private void read(String number, Key key, Read mode) {
        Session on = session();
        long id = on.id().value();
        CompletableFuture<?> unused = on.get(key, mode)
                .whenComplete((entry, failure) ->
                        answer(number, failure == null ? found(id, entry.orElse(null)) : told(id, failure)));
    }

    private void commit(String number, Op op) {
        Session on = session();
        long id = on.id().value();
        CompletableFuture<?> unused = on.commit(new Commit(List.of(), List.of(op)))
                .whenComplete((result, failure) -> answer(
                        number, failure == null ? "committed " + id + " " + result.revision() : told(id, failure)));
    }

    private static Op op(String[] words) {
        Key key = Key.of(words[2]);
        return switch (words[1]) {
            case "create" -> new Op.Create(key, Bytes.utf8(words[3]), Op.Lifetime.PERSISTENT);
            case "own" -> new Op.Create(key, Bytes.utf8(words[3]), Op.Lifetime.SESSION);
            case "update" -> new Op.Update(key, Bytes.utf8(words[3]), Long.parseLong(words[4]));
            case "delete" -> new Op.Delete(key, Long.parseLong(words[3]));
            default -> throw new IllegalArgumentException("no such operation: " + words[1]);
        };
    }

    /** Returns a session that lives, and that watches; called by one thread. */
    private Session session() {
        Session present = session;
        if (present == null || present.state().isTerminal()) {
            present = member.backend()
                    .open(new SessionOptions(name, SESSION, Key.ROOT))
                    .join();
            session = present;
            watch.on(present);
        }
        return present;
    }

    private static String found(long session, @Nullable Entry entry) {
        if (entry == null) {
            return "absent " + session;
        }
        Bytes value = entry.value();
        return "found " + session + " " + entry.createRevision() + " " + entry.modRevision() + " "
                + (value == null ? "" : value.utf8());
    }

    // ---- recipes

    private String lock(String lock, Key key, long millis) {
        try {
            try (LockLease lease = quorate.lock(lock).acquire(LOCK_WAIT)) {
                HeldTime held = new HeldTime();
                held.look(lease);
                long token = lease.token();
                Commit guarded = Commit.builder()
                        .guard(lease.guard())
                        .create(key, Bytes.utf8(Long.toString(token)))
                        .build();
                long revision = quorate.session().join().commit(guarded).join().revision();
                held.lookFor(lease, Duration.ofMillis(millis));
                return "locked " + token + " " + revision + " " + held;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown 0 interrupted";
        } catch (RuntimeException e) {
            return told(0, e);
        }
    }

    private void publish(String number, String value) {
        ConfigUpdate update = ConfigUpdate.create();
        for (String key : ConfigSightings.KEYS) {
            update = update.set(key, value);
        }
        CompletableFuture<?> unused = quorate.configPublisher(ConfigSightings.NAME)
                .publishAsync(update)
                .whenComplete((publication, failure) ->
                        answer(number, failure == null ? "published " + publication.revision() : told(0, failure)));
    }

    // ---- status

    private String status() {
        var status = member.status();
        return "status " + status.role() + " " + status.epoch() + " " + status.applied() + " " + status.digest() + " "
                + status.alert().map(alert -> alert.replace(' ', '_')).orElse("well");
    }

    /** Says what a failure lets the client conclude. */
    private static String told(long session, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof KeyExistsException) {
            return "refused " + session + " KEY_EXISTS";
        } else if (cause instanceof NoSuchKeyException) {
            return "refused " + session + " NO_SUCH_KEY";
        } else if (cause instanceof CommitFailedException) {
            return "refused " + session + " GUARD_FAILED";
        } else if (cause instanceof QuorateException known
                && known.outcome() == QuorateException.Outcome.DID_NOT_HAPPEN) {
            return "failed " + session + " " + cause;
        }
        return "unknown " + session + " " + cause;
    }
}

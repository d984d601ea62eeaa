package io.quorate.embedded.process;

import io.quorate.Quorate;
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
import io.quorate.backend.SessionState;
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
import org.jspecify.annotations.Nullable;

/**
 * A process with one member, which does what it reads from its standard input, a line for each operation, and says what became of it on its
 * standard output.
 *
 * <pre>
 * NUMBER create KEY VALUE | update KEY VALUE REVISION | delete KEY REVISION      -> committed R | refused WHY
 * NUMBER get KEY                                                                  -> found CREATED MODIFIED VALUE | absent
 * NUMBER lock NAME KEY             creates KEY while it holds a lock, and under it -> locked TOKEN R
 * NUMBER status                                                                   -> status ROLE EPOCH APPLIED DIGEST
 * any of them                                                                     -> failed WHY (it did not happen) | unknown WHY
 * </pre>
 *
 * The process ends with its input.
 */
final class MemberProcess {

    private static final Duration SESSION = Duration.ofSeconds(4);
    private static final Duration LOCK_WAIT = Duration.ofSeconds(5);

    private final EnsembleMember member;
    private final ExecutorService lockers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "locker");
        thread.setDaemon(true);
        return thread;
    });
    private final PrintStream output;
    private @Nullable Session session;
    private @Nullable Quorate quorate;

    private MemberProcess(EnsembleMember member, PrintStream output) {
        this.member = member;
        this.output = output;
    }

    public static void main(String[] arguments) throws IOException {
        // What the harness reads must be what it asked for, whoever else writes to the standard output.
        PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        EnsembleMember member =
                EnsembleMember.of(MemberConfig.load(Path.of(arguments[0]))).start();
        output.println("0 started " + member.port());
        try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            MemberProcess process = new MemberProcess(member, output);
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                process.perform(line.split(" ", -1));
            }
        } finally {
            member.stop();
        }
    }

    private void perform(String[] words) {
        String number = words[0];
        try {
            if (words[1].equals("status")) {
                answer(number, status());
            } else if (words[1].equals("lock")) {
                lockers.execute(() -> answer(number, lock(words[2], Key.of(words[3]))));
            } else if (words[1].equals("get")) {
                CompletableFuture<?> unused = session()
                        .get(Key.of(words[2]), Read.LATEST)
                        .whenComplete((entry, failure) ->
                                answer(number, failure == null ? found(entry.orElse(null)) : told(failure)));
            } else {
                CompletableFuture<?> unused = session()
                        .commit(new Commit(List.of(), List.of(op(words))))
                        .whenComplete((result, failure) ->
                                answer(number, failure == null ? "committed " + result.revision() : told(failure)));
            }
        } catch (RuntimeException e) {
            answer(number, told(e));
        }
    }

    private void answer(String number, String what) {
        output.println(number + " " + what.replace('\n', ' '));
    }

    private static Op op(String[] words) {
        Key key = Key.of(words[2]);
        return switch (words[1]) {
            case "create" -> new Op.Create(key, Bytes.utf8(words[3]), Op.Lifetime.PERSISTENT);
            case "update" -> new Op.Update(key, Bytes.utf8(words[3]), Long.parseLong(words[4]));
            case "delete" -> new Op.Delete(key, Long.parseLong(words[3]));
            default -> throw new IllegalArgumentException("no such operation: " + words[1]);
        };
    }

    /** Returns a session that lives; called by one thread. */
    private Session session() {
        Session present = session;
        if (present == null || present.state() == SessionState.EXPIRED || present.state() == SessionState.CLOSED) {
            present = member.backend()
                    .open(new SessionOptions("process", SESSION, Key.ROOT))
                    .join();
            session = present;
        }
        return present;
    }

    private Quorate quorate() throws InterruptedException {
        Quorate present = quorate;
        if (present == null) {
            present = Quorate.open(member.backend());
            quorate = present;
        }
        return present;
    }

    private String lock(String name, Key key) {
        try {
            try (LockLease lease = quorate().lock(name).acquire(LOCK_WAIT)) {
                long token = lease.token();
                Commit guarded = Commit.builder()
                        .guard(lease.guard())
                        .create(key, Bytes.utf8(Long.toString(token)))
                        .build();
                long revision =
                        quorate().session().join().commit(guarded).join().revision();
                return "locked " + token + " " + revision;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown interrupted";
        } catch (RuntimeException e) {
            return told(e);
        }
    }

    private String status() {
        var status = member.status();
        return "status " + status.role() + " " + status.epoch() + " " + status.applied() + " " + status.digest();
    }

    private static String found(@Nullable Entry entry) {
        if (entry == null) {
            return "absent";
        }
        Bytes value = entry.value();
        return "found " + entry.createRevision() + " " + entry.modRevision() + " "
                + (value == null ? "" : value.utf8());
    }

    /** Says what a failure lets the client conclude. */
    private static String told(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof KeyExistsException) {
            return "refused KEY_EXISTS";
        } else if (cause instanceof NoSuchKeyException) {
            return "refused NO_SUCH_KEY";
        } else if (cause instanceof CommitFailedException) {
            return "refused GUARD_FAILED";
        } else if (cause instanceof QuorateException known
                && known.outcome() == QuorateException.Outcome.DID_NOT_HAPPEN) {
            return "failed " + cause;
        }
        return "unknown " + cause;
    }
}

package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.embedded.EnsembleMember;
import io.quorate.embedded.MemberConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A process with one member of an ensemble, and with a client of it.
 *
 * <p>Its argument is the member's file. It answers each line of its input with one line:
 *
 * <pre>
 * role          LEADER, FOLLOWER, ...
 * serving       once it serves
 * synchronous   commits per second, one after the other
 * pipelined     commits per second with 1,000 in flight
 * write         once it writes all the time, one commit after the other
 * first T       when the first write was acknowledged that was sent behind T
 * gap T         the longest time since T between two acknowledged writes
 * </pre>
 *
 * <p>Times are those of {@link System#nanoTime}, which all processes of a machine share. The end of the input stops it in good order.
 */
final class MemberJvm {

    private static final Bytes VALUE = Bytes.of(new byte[100]);
    private static final Duration SERVING = Duration.ofMinutes(1);

    private final EnsembleMember member;
    private final Commit update;
    private final ConcurrentSkipListMap<Long, Long> acknowledgedBySent = new ConcurrentSkipListMap<>();
    private volatile boolean ending;
    private @Nullable Quorate quorate;
    private @Nullable Session session;

    private MemberJvm(EnsembleMember member, Key key) {
        this.member = member;
        this.update = Commit.builder().update(key, VALUE).build();
    }

    public static void main(String[] arguments) throws Exception {
        MemberConfig config = MemberConfig.load(Path.of(arguments[0]));
        Key key = Key.of("/bench").child("key" + config.id());
        try (EnsembleMember member = EnsembleMember.of(config).start();
                BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            MemberJvm jvm = new MemberJvm(member, key);
            System.out.println("started");
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                System.out.println(jvm.answer(line.split(" ", -1), key));
            }
            jvm.ending = true;
        }
    }

    private Object answer(String[] words, Key key) throws Exception {
        return switch (words[0]) {
            case "role" -> member.status().role();
            case "serving" -> member.awaitServing(SERVING) && open(key);
            case "synchronous" -> Load.oneByOne(() -> quorate().commit(update));
            case "pipelined" -> Load.pipelined(1000, () -> session().commit(update));
            case "write" -> write();
            case "first" -> first(Long.parseLong(words[1]));
            case "gap" -> gap(Long.parseLong(words[1]));
            default -> throw new IllegalArgumentException("no such question: " + words[0]);
        };
    }

    private Quorate quorate() {
        return Objects.requireNonNull(quorate, "not serving yet");
    }

    private Session session() {
        return Objects.requireNonNull(session, "not serving yet");
    }

    private boolean open(Key key) throws InterruptedException {
        Quorate opened = Quorate.open(member.backend());
        quorate = opened;
        session = member.backend().open(SessionOptions.of("bench")).join();
        try {
            session().commit(Commit.builder().create(key, VALUE).build()).join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof KeyExistsException)) {
                throw e;
            }
        }
        return true;
    }

    private String write() {
        Thread writer = new Thread(this::writeAll, "writer");
        writer.setDaemon(true);
        writer.start();
        return "writes";
    }

    private void writeAll() {
        try {
            while (!ending) {
                long sent = System.nanoTime();
                var unused = quorate().commit(update);
                acknowledgedBySent.put(sent, System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The member is being stopped, or something is wrong: then nobody is told of a write any more.
            if (!ending) {
                e.printStackTrace();
            }
        }
    }

    private long first(long time) {
        while (true) {
            var found = acknowledgedBySent.higherEntry(time);
            if (found != null) {
                return found.getValue();
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    private long gap(long time) throws IOException {
        long longest = 0;
        long last = 0;
        for (long acknowledged : acknowledgedBySent.tailMap(time).values()) {
            longest = last == 0 ? 0 : Math.max(longest, acknowledged - last);
            last = acknowledged;
        }
        if (last == 0) {
            throw new IOException("nothing was written since " + time);
        }
        return longest;
    }
}

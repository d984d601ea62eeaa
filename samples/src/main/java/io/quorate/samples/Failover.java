package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.embedded.MemberStatus;
import io.quorate.lock.LockLease;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Three workers count to three hundred under one lock, on a quorum of three members inside this process. In the middle, while a worker
 * holds the lock, the member that leads is killed.
 */
public final class Failover {

    private static final Key COUNT = Key.of("/count");
    private static final List<String> WORKERS = List.of("ana", "ben", "cleo");
    private static final int ROUNDS = 100;
    private static final int GOAL = WORKERS.size() * ROUNDS;

    private final Timeline timeline = new Timeline();
    private final EmbeddedEnsemble ensemble;

    private Failover(EmbeddedEnsemble ensemble) {
        this.ensemble = ensemble;
    }

    /** Runs the story. */
    public static void main(String[] args) throws Exception {
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(3).start()) {
            new Failover(ensemble).run();
        }
    }

    private void run() throws Exception {
        timeline.tell("quorum", "serves: %s", members());
        ExecutorService threads = Executors.newFixedThreadPool(WORKERS.size());
        try (Quorate observer = open("observer")) {
            observer.commit(Commit.builder().create(COUNT, Bytes.utf8("0")).build());
            List<Future<?>> workers = WORKERS.stream()
                    .<Future<?>>map(name -> threads.submit(() -> work(name)))
                    .toList();
            for (Future<?> worker : workers) {
                worker.get();
            }
            timeline.tell(
                    "count",
                    "is %d = %d workers x %d rounds: nothing was lost, nothing happened twice",
                    count(observer),
                    WORKERS.size(),
                    ROUNDS);
            timeline.tell("quorum", "serves: %s", members());
        } finally {
            threads.shutdownNow();
        }
    }

    private @Nullable Void work(String name) throws Exception {
        try (Quorate quorate = open(name)) {
            for (int round = 0; round < ROUNDS; round++) {
                try (LockLease lease = quorate.lock("count").acquire()) {
                    long next = count(quorate) + 1;
                    if (next == GOAL / 2) {
                        killTheLeaderUnder(name, lease);
                    }
                    quorate.commit(Commit.builder()
                            .guard(lease.guard())
                            .update(COUNT, Bytes.utf8("" + next))
                            .build());
                    if (round == 0 || Math.abs(next - GOAL / 2) < 2) {
                        timeline.tell(name, "counts %d under token %d", next, lease.token());
                    }
                }
            }
        }
        return null;
    }

    /** Whoever holds the lock goes on under the same lease: it is the quorum that keeps it, not the member that led. */
    private void killTheLeaderUnder(String name, LockLease lease) {
        int leader = ensemble.leader().orElseThrow();
        timeline.tell(name, "holds the lock under token %d", lease.token());
        ensemble.kill(leader);
        timeline.tell("quorum", "has lost member %d, which led it", leader);
    }

    private String members() {
        return ensemble.status().stream().map(Failover::member).collect(Collectors.joining(", "));
    }

    private static String member(MemberStatus member) {
        String role = member.role().toString().toLowerCase(Locale.ROOT);
        return "member " + member.id() + " " + role + (member.epoch() > 0 ? " of epoch " + member.epoch() : "");
    }

    private static long count(Quorate client) throws InterruptedException {
        return Long.parseLong(
                client.get(COUNT).orElseThrow().optionalValue().orElseThrow().utf8());
    }

    private Quorate open(String name) throws InterruptedException {
        return Quorate.open(ensemble.backend(), QuorateOptions.defaults().withOwnerName(name));
    }
}

package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.leader.LeaderLatch;
import io.quorate.leader.Leadership;
import java.time.Duration;

/** The smallest program that asks whether it leads. */
public final class FirstLatch {

    private FirstLatch() {}

    /**
     * Stands for the leadership, and writes something as the leader.
     *
     * @param args the URI of a backend, such as {@code zookeeper://localhost:2181/samples}, or nothing for a quorum in this process
     */
    public static void main(String[] args) throws InterruptedException {
        run(BackendArgument.uri(args));
    }

    private static void run(String uri) throws InterruptedException {
        try (Quorate quorate = Quorate.open(uri);
                LeaderLatch latch = quorate.leaderLatch("billing")) {
            latch.start();
            Leadership leadership = latch.await(Duration.ofSeconds(10));
            if (latch.hasLeadership()) {
                quorate.commit(Commit.builder()
                        .guard(leadership.guard())
                        .createOwned(Key.of("/billing/run"), Bytes.utf8("term " + leadership.term()))
                        .build());
            }
            System.out.println("Leads billing in term " + leadership.term());
        }
    }
}

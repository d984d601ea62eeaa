package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.leader.LeaderElection;
import io.quorate.leader.LeaderElectionOptions;
import io.quorate.leader.Leadership;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A job on a schedule that two instances offer to do, and of which only the leader does it. */
public final class LeaderOnlyJob {

    private static final Key REPORT = Key.of("/reports/latest");

    private final Timeline timeline = new Timeline();

    /** What a pause waits for in vain. */
    private final CountDownLatch never = new CountDownLatch(1);

    private LeaderOnlyJob() {}

    /**
     * Lets one instance lead and do the job, closes it, and lets the other one take over.
     *
     * @param args the URI of a backend, such as {@code zookeeper://localhost:2181/samples}, or nothing for a quorum in this process
     */
    public static void main(String[] args) throws InterruptedException {
        try (Backend backend = BackendArgument.create(args)) {
            new LeaderOnlyJob().run(backend);
        }
    }

    private void run(Backend backend) throws InterruptedException {
        try (Quorate ana = Quorate.open(backend, QuorateOptions.defaults().withOwnerName("ana"));
                Quorate ben = Quorate.open(backend, QuorateOptions.defaults().withOwnerName("ben"))) {
            // Owned by a session, so that the story can be told again on the same server, even if this run is killed.
            ben.commit(Commit.builder().createOwned(REPORT, Bytes.utf8("none")).build());
            CountDownLatch doneByAna = new CountDownLatch(2);
            CountDownLatch doneByBen = new CountDownLatch(2);
            try (LeaderElection second = everyTenthOfASecond(ben, "ben", doneByBen)) {
                try (LeaderElection first = everyTenthOfASecond(ana, "ana", doneByAna)) {
                    first.start();
                    doneByAna.await();
                    second.start();
                    timeline.tell("ben", "offers to do the job, too");
                    timeline.tell("ana", "is shut down");
                }
                doneByBen.await();
            }
        }
    }

    private LeaderElection everyTenthOfASecond(Quorate quorate, String name, CountDownLatch done) {
        LeaderElectionOptions options = LeaderElectionOptions.defaults().withCloseGrace(Duration.ofSeconds(5));
        return quorate.leaderElection("reports", leadership -> repeat(quorate, name, leadership, done), options);
    }

    private void repeat(Quorate quorate, String name, Leadership leadership, CountDownLatch done)
            throws InterruptedException {
        timeline.tell(name, "leads, term %d", leadership.term());
        while (!leadership.shouldStop()) {
            // The guard makes the write exactly as safe as the term: it is refused once somebody else leads.
            quorate.commit(Commit.builder()
                    .guard(leadership.guard())
                    .update(REPORT, Bytes.utf8("by " + name))
                    .build());
            timeline.tell(name, "writes the report");
            done.countDown();
            if (never.await(100, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }
}

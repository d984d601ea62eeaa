package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.ConfigWatcher;
import io.quorate.config.DefaultValue;
import io.quorate.embedded.EnsembleMember;
import io.quorate.embedded.MemberConfig;
import io.quorate.leader.LeaderLatch;
import io.quorate.leader.Leadership;
import io.quorate.leader.LeadershipListener;
import io.quorate.lease.LossCause;
import io.quorate.lock.LockLease;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One of three processes of {@link ThreeProcesses}: a member of the quorum, a worker that counts under a lock shared by all, and a
 * candidate for the leadership of the work, whose leader changes the pace once.
 */
final class CountingMember {

    /** How fast to work, as long as nobody has published anything else. */
    record Work(@DefaultValue("100ms") Duration pace) {}

    static final int GOAL = 30;

    /** How the lines begin that the other side of the story looks for. */
    static final String COUNTS = "counts ";

    static final String HOLDS = "holds the lock ";
    static final String FINDS = "finds the count at ";

    private static final Key COUNT = Key.of("/count");
    private static final Key HALFWAY = Key.of("/halfway");
    private static final Duration FASTER = Duration.ofMillis(50);
    private static final long TIME_TO_KILL_SECONDS = 15;

    private final EnsembleMember member;
    private final Quorate quorate;

    /** What a pause waits for in vain. */
    private final CountDownLatch never = new CountDownLatch(1);

    private CountingMember(EnsembleMember member, Quorate quorate) {
        this.member = member;
        this.quorate = quorate;
    }

    /** Runs a member and its worker until the input of this process ends. */
    static void run(Path properties) throws IOException {
        MemberConfig config = MemberConfig.load(properties);
        try (EnsembleMember member = EnsembleMember.of(config).start()) {
            say("is process " + ProcessHandle.current().pid() + " and waits for a quorum");
            interruptAtEndOfInput(Thread.currentThread());
            if (!member.awaitServing(Duration.ofMinutes(10))) {
                throw new IllegalStateException("there was no quorum for ten minutes: " + member.status());
            }
            // A process that is killed keeps what it holds until its session has timed out.
            QuorateOptions options = QuorateOptions.defaults()
                    .withOwnerName("member-" + config.id())
                    .withSessionTimeout(Duration.ofSeconds(4));
            try (Backend backend = member.backend();
                    Quorate quorate = Quorate.open(backend, options)) {
                new CountingMember(member, quorate).work();
            }
        } catch (InterruptedException e) {
            say("ends with its input");
        }
    }

    private void work() throws InterruptedException {
        try (LeaderLatch latch = quorate.leaderLatch("work");
                ConfigWatcher<Work> watcher = quorate.watchConfig("work", ConfigOptions.ofRecord(Work.class))) {
            latch.addListener(new Announcement());
            latch.start();
            watcher.onChange(
                    change -> say("takes " + change.after().value().pace().toMillis() + " ms for a step"));
            int count = 0;
            while (count < GOAL) {
                try (LockLease lease = quorate.lock("count").acquire()) {
                    count = step(lease, latch, watcher);
                } catch (GuardFailedException e) {
                    say("lost the lock before it could count; nothing was written");
                }
            }
            say(FINDS + count);
            // The others need this member for their quorum.
            never.await();
        }
    }

    /** Counts by one, unless the goal is reached, and returns the count. */
    private int step(LockLease lease, LeaderLatch latch, ConfigWatcher<Work> watcher) throws InterruptedException {
        Optional<Entry> read = quorate.get(COUNT);
        int count = read.map(CountingMember::number).orElse(0);
        if (count >= GOAL) {
            return count;
        }
        Duration pace = watcher.await(Duration.ofSeconds(30)).value().pace();
        if (count >= GOAL / 4 && latch.hasLeadership() && !pace.equals(FASTER)) {
            quorate.configPublisher("work").publish(ConfigUpdate.create().set("pace", FASTER.toMillis() + "ms"));
            say("publishes a faster pace, as the leader of the work");
        }
        if (count >= GOAL / 2 && member.leader() == member.status().id()) {
            offerToBeKilled(lease);
        }
        never.await(pace.toMillis(), TimeUnit.MILLISECONDS);
        Bytes next = Bytes.utf8("" + (count + 1));
        Commit.Builder write = Commit.builder().guard(lease.guard());
        quorate.commit((read.isEmpty() ? write.create(COUNT, next) : write.update(COUNT, next)).build());
        say(COUNTS + (count + 1) + " under token " + lease.token());
        return count + 1;
    }

    /** The first member that leads the ensemble and holds the lock behind the half waits, once, for somebody to kill it. */
    private void offerToBeKilled(LockLease lease) throws InterruptedException {
        if (quorate.get(HALFWAY).isEmpty()) {
            quorate.commit(Commit.builder()
                    .guard(lease.guard())
                    .create(HALFWAY, Bytes.EMPTY)
                    .build());
            say(HOLDS + "under token " + lease.token() + " and leads the ensemble; for " + TIME_TO_KILL_SECONDS
                    + " s it waits for kill -9 " + ProcessHandle.current().pid());
            never.await(TIME_TO_KILL_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static int number(Entry entry) {
        return Integer.parseInt(entry.optionalValue().orElseThrow().utf8());
    }

    private static void say(String what) {
        System.out.println(what);
    }

    /** Whoever started this process cannot leave it behind. */
    private static void interruptAtEndOfInput(Thread main) {
        Thread reader = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        say("cannot read its input: " + e);
                    } finally {
                        main.interrupt();
                    }
                },
                "input");
        reader.setDaemon(true);
        reader.start();
    }

    private static final class Announcement implements LeadershipListener {

        @Override
        public void onAcquired(Leadership leadership) {
            say("leads the work in term " + leadership.term());
        }

        @Override
        public void onLost(Leadership leadership, LossCause cause) {
            say("leads the work no more: " + cause);
        }
    }
}

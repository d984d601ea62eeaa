package io.quorate.embedded.process;

import io.quorate.Quorate;
import io.quorate.backend.QuorateException;
import io.quorate.leader.LeaderLatch;
import io.quorate.leader.LeaderLatchOptions;
import io.quorate.leader.Leadership;
import io.quorate.leader.LeadershipListener;
import io.quorate.lease.LossCause;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A candidate for the one leadership that all processes contend for; says when it leads. */
final class Candidate {

    static final String NAME = "leadership";

    private static final long LOOK_NANOS = 20_000_000;

    private final Quorate quorate;
    private final Consumer<String> output;
    private volatile @Nullable LeaderLatch latch;

    Candidate(Quorate quorate, Consumer<String> output) {
        this.quorate = quorate;
        this.output = output;
    }

    void stand() {
        LeaderLatch made = quorate.leaderLatch(
                NAME, LeaderLatchOptions.defaults().withRetryDelays(Duration.ofMillis(50), Duration.ofSeconds(1)));
        var unused = made.addListener(new Teller());
        latch = made;
        made.start();
    }

    /** Gives the leadership up if it has it, loses its place in the line else, and stands again. */
    void resign() {
        LeaderLatch present = latch;
        latch = null;
        if (present != null) {
            present.closeAsync().whenComplete((closed, failure) -> stand());
        }
    }

    private final class Teller implements LeadershipListener {
        @Override
        public void onAcquired(Leadership leadership) {
            output.accept("! acquired " + leadership.term());
            Thread thread = new Thread(() -> lookAt(leadership), "looks at term " + leadership.term());
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void onLost(Leadership leadership, LossCause cause) {
            output.accept("! lost " + leadership.term() + " " + cause);
        }

        @Override
        public void onFailed(QuorateException cause) {
            output.accept("! failed " + cause);
        }
    }

    /** Tells of it as long as it lasts, since a process that is killed cannot tell in the end. */
    private void lookAt(Leadership leadership) {
        HeldTime held = new HeldTime();
        while (held.look(leadership)) {
            output.accept("! led " + leadership.term() + " " + held);
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}

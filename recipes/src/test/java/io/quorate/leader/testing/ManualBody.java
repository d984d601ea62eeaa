package io.quorate.leader.testing;

import io.quorate.leader.AsyncLeaderBody;
import io.quorate.leader.Leadership;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A body that ends when a test says so, and remembers each of its runs. */
final class ManualBody implements AsyncLeaderBody {

    /** One run. */
    static final class Run {
        final Leadership leadership;
        final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
        volatile boolean stopped;
        volatile boolean heldWhenStopped;

        Run(Leadership leadership) {
            this.leadership = leadership;
        }
    }

    private final List<Run> runs = new CopyOnWriteArrayList<>();
    private final List<String> log;
    private final boolean complies;

    /**
     * Creates a body.
     *
     * @param log where it writes down what happens to it
     * @param complies whether it ends at once when it is told to stop
     */
    ManualBody(List<String> log, boolean complies) {
        this.log = log;
        this.complies = complies;
    }

    @Override
    public CompletionStage<?> lead(Leadership leadership) {
        Run run = new Run(leadership);
        log.add("body begins");
        leadership.onStop(() -> {
            log.add("body is told to stop");
            run.heldWhenStopped = leadership.isHeld();
            run.stopped = true;
            if (complies) {
                log.add("body ends");
                run.end.complete(null);
            }
        });
        runs.add(run);
        return run.end;
    }

    List<Run> runs() {
        return List.copyOf(runs);
    }

    Run last() {
        return runs.get(runs.size() - 1);
    }
}

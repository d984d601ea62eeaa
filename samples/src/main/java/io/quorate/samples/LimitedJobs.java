package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Backend;
import io.quorate.lock.LockLease;
import io.quorate.lock.Semaphore;
import io.quorate.lock.SemaphoreOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Eight jobs of different sizes on two instances, of which no more run at the same time than four units of capacity allow. */
public final class LimitedJobs {

    private static final List<String> INSTANCES = List.of("ana", "ben");
    private static final int JOBS = 8;

    private final Timeline timeline = new Timeline();
    private final AtomicInteger inUse = new AtomicInteger();
    private final AtomicInteger peak = new AtomicInteger();

    /** What a job waits for in vain while it works. */
    private final CountDownLatch never = new CountDownLatch(1);

    private LimitedJobs() {}

    /**
     * Runs the jobs.
     *
     * @param args the URI of a backend, such as {@code zookeeper://localhost:2181/samples}, or nothing for a quorum in this process
     */
    public static void main(String[] args) throws Exception {
        try (Backend backend = BackendArgument.create(args)) {
            new LimitedJobs().run(backend);
        }
    }

    private void run(Backend backend) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(JOBS);
        try (Quorate ana = open(backend, INSTANCES.get(0));
                Quorate ben = open(backend, INSTANCES.get(1))) {
            List<Quorate> instances = List.of(ana, ben);
            List<Future<?>> jobs = new ArrayList<>();
            for (int i = 0; i < JOBS; i++) {
                int which = i % INSTANCES.size();
                int size = 1 + i % 3;
                jobs.add(threads.submit(() -> job(instances.get(which), INSTANCES.get(which), size)));
            }
            for (Future<?> job : jobs) {
                job.get();
            }
            timeline.tell("all", "%d jobs are done; at most %d units were in use at a time", JOBS, peak.get());
            // Whoever runs the jobs can turn the limit up and down meanwhile, from anywhere.
            Semaphore capacity = capacity(ana);
            capacity.setPermits(6);
            timeline.tell("all", "may use %d units from now on", capacity(ben).permits());
            capacity.setPermits(4);
        } finally {
            threads.shutdownNow();
        }
    }

    private @Nullable Void job(Quorate quorate, String name, int size) throws InterruptedException {
        Semaphore capacity = capacity(quorate);
        // One entry in the queue, whatever the size; nobody holds a part of what it needs while it waits.
        try (LockLease lease = capacity.weighing(size).acquire()) {
            work(name, size, lease.token());
        }
        return null;
    }

    private static Semaphore capacity(Quorate quorate) {
        return quorate.semaphore("nightly-jobs", SemaphoreOptions.defaults().withInitialPermits(4));
    }

    private void work(String name, int size, long token) throws InterruptedException {
        int used = inUse.addAndGet(size);
        peak.accumulateAndGet(used, Math::max);
        timeline.tell(name, "begins job %d, which takes %d; %d in use", token, size, used);
        never.await(100, TimeUnit.MILLISECONDS);
        timeline.tell(name, "ends job %d", token);
        inUse.addAndGet(-size);
    }

    private static Quorate open(Backend backend, String name) throws InterruptedException {
        return Quorate.open(backend, QuorateOptions.defaults().withOwnerName(name));
    }
}

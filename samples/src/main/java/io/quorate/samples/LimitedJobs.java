package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.lock.LockLease;
import io.quorate.lock.Semaphore;
import io.quorate.lock.SemaphoreOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Eight jobs of different sizes, of which no more run at the same time than four units of capacity allow, wherever they run. */
public final class LimitedJobs {

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger peak = new AtomicInteger();

    private LimitedJobs() {}

    /**
     * Runs the jobs.
     *
     * @param args the URI of a ZooKeeper server, or nothing to start one here
     */
    public static void main(String[] args) throws Exception {
        try (SampleServer server = SampleServer.of(args)) {
            new LimitedJobs().run(server.uri());
        }
    }

    void run(String uri) throws InterruptedException {
        try (Quorate quorate = Quorate.open(uri)) {
            Semaphore capacity = quorate.semaphore(
                    "nightly-jobs", SemaphoreOptions.defaults().withInitialPermits(4));
            List<CompletableFuture<Void>> jobs = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int size = 1 + i % 3;
                // One entry in the queue, whatever the size; nobody holds a part of what it needs while it waits.
                jobs.add(capacity.weighing(size).acquireAsync().thenAccept(lease -> work(lease, size)));
            }
            CompletableFuture.allOf(jobs.toArray(CompletableFuture<?>[]::new)).join();
            System.out.println("All 8 jobs are done; at most 4 units were in use: " + (peak.get() <= 4));
            // Whoever runs the jobs can turn the limit up and down meanwhile.
            capacity.setPermits(6);
            System.out.println("From now on there are " + capacity.permits() + " units");
            capacity.setPermits(4);
        }
    }

    private void work(LockLease lease, int size) {
        try (lease) {
            peak.accumulateAndGet(running.addAndGet(size), Math::max);
            running.addAndGet(-size);
        }
    }
}

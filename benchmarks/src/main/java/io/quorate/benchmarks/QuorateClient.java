package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.config.ConfigCodec;
import io.quorate.config.ConfigEntries;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.ConfigWatcher;
import io.quorate.leader.LeaderLatch;
import io.quorate.lock.Acquirable;
import io.quorate.lock.LockLease;
import io.quorate.lock.SemaphoreOptions;
import java.time.Duration;
import java.util.Map;

/** Quorate's recipes, on whatever backend. */
final class QuorateClient implements RecipeClient {

    private static final ConfigOptions<ConfigEntries> RAW =
            ConfigOptions.of(ConfigCodec.raw()).withoutStatus();
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Fits into one commit on both backends, so that the values lie where they would be written one by one. */
    private static final int VALUES_PER_PUBLISH = 100;

    private final Quorate quorate;

    QuorateClient(Quorate quorate) {
        this.quorate = quorate;
    }

    @Override
    public Load.Operation lockCycle(String name) {
        return cycle(quorate.lock(name));
    }

    @Override
    public Load.Operation permitCycle(String name, int permits) {
        return cycle(quorate.semaphore(name, SemaphoreOptions.defaults().withInitialPermits(permits)));
    }

    @Override
    public Load.Operation readCycle(String name) {
        return cycle(quorate.readWriteLock(name).readLock());
    }

    @Override
    public Load.Operation writeCycle(String name) {
        return cycle(quorate.readWriteLock(name).writeLock());
    }

    private static Load.Operation cycle(Acquirable<? extends LockLease> acquirable) {
        return () -> acquirable.acquire().close();
    }

    @Override
    public Candidate candidate(String name) {
        LeaderLatch latch = quorate.leaderLatch(name);
        latch.start();
        return new Candidate() {
            @Override
            public void await() throws Exception {
                latch.await();
            }

            @Override
            public int participants() throws Exception {
                return latch.participants().size();
            }

            @Override
            public void resign() {
                latch.close();
            }
        };
    }

    @Override
    public void publish(String name, Map<String, String> content) throws InterruptedException {
        ConfigUpdate update = ConfigUpdate.create();
        int count = 0;
        for (Map.Entry<String, String> entry : content.entrySet()) {
            update = update.set(entry.getKey(), entry.getValue());
            if (++count % VALUES_PER_PUBLISH == 0 || count == content.size()) {
                quorate.configPublisher(name).publish(update);
                update = ConfigUpdate.create();
            }
        }
    }

    @Override
    public int load(String name) throws InterruptedException {
        try (ConfigWatcher<ConfigEntries> watcher = quorate.watchConfig(name, RAW)) {
            return watcher.await(LIMIT).value().size();
        }
    }

    @Override
    public void close() {
        quorate.close();
    }
}

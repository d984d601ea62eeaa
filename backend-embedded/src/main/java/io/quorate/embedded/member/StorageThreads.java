package io.quorate.embedded.member;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of a durable store: the storage's own, and one for each snapshot that is being written or read back. */
final class StorageThreads implements DurableStore.Runner {

    private static final Logger log = LoggerFactory.getLogger(StorageThreads.class);

    private final int member;

    // Confined to the storage's thread.
    private final List<Thread> snapshots = new ArrayList<>();

    StorageThreads(int member) {
        this.member = member;
    }

    @Override
    public void begin(DurableStore store) {
        start("quorate-storage-", () -> run(store));
    }

    private Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name + member);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void run(DurableStore store) {
        while (!store.hasEnded()) {
            try {
                store.take(DiskWatch.measureMillis());
                store.perform();
            } catch (InterruptedException e) {
                log.warn("the storage of member {} was interrupted and goes on", member);
            }
        }
    }

    /** Nothing to do: the thread waits at the store's own queue. */
    @Override
    public void offered() {}

    @Override
    public void beside(Runnable work) {
        snapshots.removeIf(old -> !old.isAlive());
        snapshots.add(start("quorate-snapshot-", work));
    }

    @Override
    public void awaitBeside() throws InterruptedException {
        for (Thread thread : snapshots) {
            thread.join();
        }
    }
}

package io.quorate.embedded.member;

import io.quorate.embedded.transport.Driving;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of a durable store: the storage's own, and one for each snapshot that is being written or read back. */
final class StorageThreads implements DurableStore.Runner {

    private static final Logger log = LoggerFactory.getLogger(StorageThreads.class);

    private final int member;
    private final Driving driving;

    // Confined to the storage's thread.
    private final List<Thread> snapshots = new ArrayList<>();
    private boolean promised;

    StorageThreads(int member, Driving driving) {
        this.member = member;
        this.driving = driving;
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
                help();
            } catch (InterruptedException e) {
                log.warn("the storage of member {} was interrupted and goes on", member);
            }
        }
    }

    /** If nothing else is to be stored, this thread does what follows from what is told. */
    @Override
    public void telling(boolean idle) {
        if (idle) {
            driving.promiseHelp();
        }
        promised = idle;
    }

    private void help() {
        if (promised) {
            promised = false;
            driving.helpBriefly();
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

package io.quorate.remote.testing;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;

/** Curator's {@link InterProcessMutex}, the lock we compare with. */
final class CuratorLockSubject implements LockSubject {
    private static final int SESSION_MILLIS = 10_000;

    private final CuratorFramework client;
    private final InterProcessMutex mutex;
    /** The thread that owns the mutex: Curator's lock must be released by the thread that acquired it. */
    private final ExecutorService owner = Executors.newSingleThreadExecutor();

    private CuratorLockSubject(CuratorFramework client, String path) {
        this.client = client;
        this.mutex = new InterProcessMutex(client, path);
    }

    static CuratorLockSubject open(String connectString, String path) throws InterruptedException {
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(connectString)
                .sessionTimeoutMs(SESSION_MILLIS)
                .connectionTimeoutMs(SESSION_MILLIS)
                .retryPolicy(new RetryOneTime(100))
                .ensembleTracker(false)
                .build();
        client.start();
        client.blockUntilConnected();
        return new CuratorLockSubject(client, path);
    }

    @Override
    public void acquire() throws Exception {
        onOwner(() -> mutex.acquire(10, TimeUnit.SECONDS));
    }

    @Override
    public boolean acquireAtOnce() throws Exception {
        return onOwner(() -> mutex.acquire(0, TimeUnit.SECONDS));
    }

    @Override
    public CompletableFuture<Void> enqueueBehindHolder() {
        CompletableFuture<Void> acquired = new CompletableFuture<>();
        owner.execute(() -> {
            try {
                mutex.acquire();
                acquired.complete(null);
            } catch (Exception e) {
                acquired.completeExceptionally(e);
            }
        });
        return acquired;
    }

    @Override
    public void release() throws Exception {
        onOwner(() -> {
            mutex.release();
            return true;
        });
    }

    private <T> T onOwner(Callable<T> step) throws Exception {
        return owner.submit(step).get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        owner.shutdownNow();
        client.close();
    }
}

package io.quorate.benchmarks.testing;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;

/** What each of the tests does that use curator-test. */
final class CuratorLock {

    private static final int RETRY_MILLIS = 10;

    private CuratorLock() {}

    static void acquire(String connectString) throws Exception {
        try (CuratorFramework client =
                CuratorFrameworkFactory.newClient(connectString, new RetryOneTime(RETRY_MILLIS))) {
            client.start();
            InterProcessMutex lock = new InterProcessMutex(client, "/locks/orders");
            lock.acquire();
            lock.release();
        }
    }
}

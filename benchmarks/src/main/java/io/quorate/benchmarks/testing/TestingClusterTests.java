package io.quorate.benchmarks.testing;

import org.apache.curator.test.TestingCluster;
import org.junit.jupiter.api.RepeatedTest;

/** Tests that each have a ZooKeeper ensemble of their own of three members, with one lock. */
class TestingClusterTests {

    static final int TESTS = 5;

    @RepeatedTest(TESTS)
    void acquiresALock() throws Exception {
        try (TestingCluster cluster = new TestingCluster(3)) {
            cluster.start();
            CuratorLock.acquire(cluster.getConnectString());
        }
    }
}

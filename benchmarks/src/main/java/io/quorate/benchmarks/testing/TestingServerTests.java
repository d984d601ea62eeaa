package io.quorate.benchmarks.testing;

import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.RepeatedTest;

/** Tests that each have a ZooKeeper server of their own, which is one member, with one lock. */
class TestingServerTests {

    static final int TESTS = 20;

    @RepeatedTest(TESTS)
    void acquiresALock() throws Exception {
        try (TestingServer server = new TestingServer(true)) {
            CuratorLock.acquire(server.getConnectString());
        }
    }
}

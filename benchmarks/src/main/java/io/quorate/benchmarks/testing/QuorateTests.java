package io.quorate.benchmarks.testing;

import io.quorate.Quorate;
import io.quorate.embedded.testing.QuorateTest;
import io.quorate.lock.LockLease;
import org.junit.jupiter.api.RepeatedTest;

/** A hundred tests, each on the empty state of three members, with one lock. */
@QuorateTest(members = 3)
class QuorateTests {

    static final int TESTS = 100;

    @RepeatedTest(TESTS)
    void acquiresALock(Quorate client) throws InterruptedException {
        try (LockLease lease = client.lock("orders").acquire()) {
            lease.ensureHeld();
        }
    }
}

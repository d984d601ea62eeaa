package io.quorate.benchmarks.testing;

import io.quorate.Quorate;
import io.quorate.embedded.testing.QuorateExtension;
import io.quorate.lock.LockLease;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A hundred tests, each on an ensemble of its own of three members, with one lock. */
class QuorateFreshTests {

    static final int TESTS = 100;

    @RegisterExtension
    final QuorateExtension quorate = QuorateExtension.inMemory(3);

    @RepeatedTest(TESTS)
    void acquiresALock(Quorate client) throws InterruptedException {
        try (LockLease lease = client.lock("orders").acquire()) {
            lease.ensureHeld();
        }
    }
}

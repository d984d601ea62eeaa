package io.quorate.remote;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.breaker.testing.GuardedFixture;
import io.quorate.lock.testing.LockContract;
import io.quorate.remote.testing.ZooKeeperServers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Locks keep their contract on a guarded ZooKeeper backend. */
final class SingleServerGuardedLockContractTest extends LockContract {

    private static @Nullable ZooKeeperServers servers;

    @BeforeAll
    static void startServers() throws Exception {
        servers = ZooKeeperServers.standalone();
    }

    @AfterAll
    static void stopServers() throws Exception {
        requireNonNull(servers).close();
    }

    @Override
    protected BackendFixture newFixture() {
        return GuardedFixture.around(new ZooKeeperFixture(requireNonNull(servers)));
    }
}

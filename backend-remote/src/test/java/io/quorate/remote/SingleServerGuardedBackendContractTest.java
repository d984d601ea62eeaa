package io.quorate.remote;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.breaker.testing.GuardedBackendContract;
import io.quorate.remote.testing.ZooKeeperServers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Guards keep their contract around ZooKeeper, with a single server. */
final class SingleServerGuardedBackendContractTest extends GuardedBackendContract {

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
        return new ZooKeeperFixture(requireNonNull(servers));
    }
}

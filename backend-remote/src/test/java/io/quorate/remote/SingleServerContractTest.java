package io.quorate.remote;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.testing.BackendContract;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.remote.testing.ZooKeeperServers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** ZooKeeper keeps the contract with one server. */
class SingleServerContractTest extends BackendContract {

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

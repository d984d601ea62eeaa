package io.quorate.remote;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.config.testing.ConfigContract;
import io.quorate.remote.testing.ZooKeeperServers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Configurations keep their contract on ZooKeeper, with an ensemble of three. */
final class EnsembleConfigContractTest extends ConfigContract {

    private static @Nullable ZooKeeperServers servers;

    @BeforeAll
    static void startServers() throws Exception {
        servers = ZooKeeperServers.ensemble(3);
    }

    @AfterAll
    static void stopServers() throws Exception {
        requireNonNull(servers).close();
    }

    /** Fewer than on the model, where a publish costs no disk and no network. */
    @Override
    protected int publishes() {
        return 100;
    }

    @Override
    protected BackendFixture newFixture() {
        return new ZooKeeperFixture(requireNonNull(servers));
    }
}

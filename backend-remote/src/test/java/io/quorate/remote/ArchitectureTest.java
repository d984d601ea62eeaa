package io.quorate.remote;

import io.quorate.architecture.testing.ArchitectureContract;
import java.util.Set;

final class ArchitectureTest extends ArchitectureContract {
    private static final Set<String> ALLOWED_PACKAGES = Set.of(
            "io.quorate.backend..",
            "io.quorate.remote..",
            "org.apache.curator..",
            "org.apache.zookeeper..",
            "org.slf4j",
            "org.jspecify.annotations");
    private static final Set<String> CLOCK_READERS = Set.of();
    private static final Set<String> THREAD_OWNERS =
            Set.of("io.quorate.remote.Connection", "io.quorate.remote.Lane", "io.quorate.remote.ZooKeeperBackend");
    private static final Set<String> RANDOM_SOURCES = Set.of("io.quorate.remote.TicketDesk");

    @Override
    protected Set<String> allowedPackages() {
        return ALLOWED_PACKAGES;
    }

    @Override
    protected Set<String> clockReaders() {
        return CLOCK_READERS;
    }

    @Override
    protected Set<String> threadOwners() {
        return THREAD_OWNERS;
    }

    @Override
    protected Set<String> randomSources() {
        return RANDOM_SOURCES;
    }
}

package io.quorate.samples;

import io.quorate.architecture.testing.ArchitectureContract;
import java.util.Set;

final class ArchitectureTest extends ArchitectureContract {
    private static final Set<String> ALLOWED_PACKAGES = Set.of(
            "io.quorate..",
            "org.slf4j",
            "org.jspecify.annotations",
            "org.apache.zookeeper.server.embedded",
            "com.sun.net.httpserver");
    private static final Set<String> CLOCK_READERS = Set.of();
    private static final Set<String> THREAD_OWNERS = Set.of(
            "io.quorate.samples.Failover",
            "io.quorate.samples.LimitedJobs",
            "io.quorate.samples.StallableLink",
            "io.quorate.samples.CountingMember",
            "io.quorate.samples.MemberProcess");
    private static final Set<String> RANDOM_SOURCES = Set.of("io.quorate.samples.MemberFiles");

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

package io.quorate.embedded;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** What a member shows over JMX. Thread-safe. */
final class MemberAttributes implements EnsembleMemberMXBean {

    private final MemberConfig config;
    private final SoleMember sole;
    private final LongSupplier pendingBytes;
    private final LongSupplier refusedConnections;

    MemberAttributes(MemberConfig config, SoleMember sole, LongSupplier pendingBytes, LongSupplier refusedConnections) {
        this.config = config;
        this.sole = sole;
        this.pendingBytes = pendingBytes;
        this.refusedConnections = refusedConnections;
    }

    @Override
    public String getCluster() {
        return config.cluster();
    }

    @Override
    public int getId() {
        return config.id();
    }

    @Override
    public String getCondition() {
        return sole.status().condition().name();
    }

    @Override
    public String getRole() {
        return sole.status().role().name();
    }

    @Override
    public long getEpoch() {
        return sole.status().epoch();
    }

    @Override
    public int getLeader() {
        return sole.leader();
    }

    @Override
    public long getLogEnd() {
        return sole.progress().logEnd();
    }

    @Override
    public long getCommitIndex() {
        return sole.progress().commitIndex();
    }

    @Override
    public long getApplied() {
        return sole.status().applied();
    }

    @Override
    public int getSessions() {
        return sole.status().sessions();
    }

    @Override
    public List<Integer> getConnected() {
        return sole.connected().stream().sorted().toList();
    }

    @Override
    public Map<Integer, Long> getBehind() {
        return new TreeMap<>(sole.progress().behind());
    }

    @Override
    public long getPendingBytes() {
        return pendingBytes.getAsLong();
    }

    @Override
    public long getRefusedConnections() {
        return refusedConnections.getAsLong();
    }

    private <T> T disk(Function<DiskStatus, T> figure, T none) {
        return sole.status().disk().map(figure).orElse(none);
    }

    @Override
    public long getDiskForces() {
        return disk(DiskStatus::forces, 0L);
    }

    @Override
    public long getDiskSlowForces() {
        return disk(DiskStatus::slowForces, 0L);
    }

    @Override
    public double getDiskLastMillis() {
        return millis(disk(DiskStatus::last, Duration.ZERO));
    }

    @Override
    public double getDiskLongestMillis() {
        return millis(disk(DiskStatus::longest, Duration.ZERO));
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    @Override
    public String getAlert() {
        return sole.status().alert().orElse("");
    }

    @Override
    public String getFailure() {
        return sole.status().failure().orElse("");
    }
}

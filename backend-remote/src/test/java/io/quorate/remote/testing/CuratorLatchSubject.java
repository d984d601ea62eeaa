package io.quorate.remote.testing;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.retry.RetryOneTime;
import org.jspecify.annotations.Nullable;

/** Curator's {@link LeaderLatch}, the one we compare with. */
final class CuratorLatchSubject implements LatchSubject {
    private static final int SESSION_MILLIS = 10_000;

    private final CuratorFramework client;
    private volatile @Nullable LeaderLatch latch;

    private CuratorLatchSubject(CuratorFramework client) {
        this.client = client;
    }

    static CuratorLatchSubject open(String connectString) throws InterruptedException {
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(connectString)
                .sessionTimeoutMs(SESSION_MILLIS)
                .connectionTimeoutMs(SESSION_MILLIS)
                .retryPolicy(new RetryOneTime(100))
                .ensembleTracker(false)
                .build();
        client.start();
        client.blockUntilConnected();
        return new CuratorLatchSubject(client);
    }

    @Override
    public CompletableFuture<Void> start() throws Exception {
        CompletableFuture<Void> leads = new CompletableFuture<>();
        LeaderLatch started = new LeaderLatch(client, path());
        started.addListener(new LeaderLatchListener() {
            @Override
            public void isLeader() {
                leads.complete(null);
            }

            @Override
            public void notLeader() {}
        });
        latch = started;
        started.start();
        return leads;
    }

    @Override
    public void stepDown() throws Exception {
        requireNonNull(latch, "not started").close();
    }

    @Override
    public String path() {
        return "/services/leaders/billing";
    }

    @Override
    public void close() {
        client.close();
    }
}

package io.quorate.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;

/** Curator's recipes. */
final class CuratorClient implements RecipeClient {

    private static final int CREATES_PER_TRANSACTION = 100;

    private final CuratorFramework curator;

    CuratorClient(CuratorFramework curator) {
        this.curator = curator;
    }

    @Override
    public Load.Operation lockCycle(String name) {
        return cycle(new InterProcessMutex(curator, "/curator/" + name));
    }

    @Override
    public Load.Operation readCycle(String name) {
        return cycle(new InterProcessReadWriteLock(curator, "/curator/" + name).readLock());
    }

    @Override
    public Load.Operation writeCycle(String name) {
        return cycle(new InterProcessReadWriteLock(curator, "/curator/" + name).writeLock());
    }

    private static Load.Operation cycle(InterProcessLock lock) {
        return () -> {
            lock.acquire();
            lock.release();
        };
    }

    @Override
    public Load.Operation permitCycle(String name, int permits) {
        InterProcessSemaphoreV2 semaphore = new InterProcessSemaphoreV2(curator, "/curator/" + name, permits);
        return () -> semaphore.returnLease(semaphore.acquire());
    }

    @Override
    public Candidate candidate(String name) throws Exception {
        LeaderLatch latch = new LeaderLatch(curator, "/curator/" + name);
        latch.start();
        return new Candidate() {
            @Override
            public void await() throws Exception {
                latch.await();
            }

            @Override
            public int participants() throws Exception {
                return latch.getParticipants().size();
            }

            @Override
            public void resign() throws Exception {
                latch.close();
            }
        };
    }

    @Override
    public void publish(String name, Map<String, String> content) throws Exception {
        String root = "/curator/" + name;
        TreeSet<String> groups = new TreeSet<>();
        List<CuratorOp> creates = new ArrayList<>();
        curator.create().creatingParentsIfNeeded().forPath(root);
        for (Map.Entry<String, String> entry : content.entrySet()) {
            String group = entry.getKey().substring(0, entry.getKey().indexOf('/'));
            if (groups.add(group)) {
                creates.add(curator.transactionOp().create().forPath(root + "/" + group));
            }
            creates.add(curator.transactionOp()
                    .create()
                    .forPath(root + "/" + entry.getKey(), entry.getValue().getBytes(StandardCharsets.UTF_8)));
            if (creates.size() >= CREATES_PER_TRANSACTION) {
                curator.transaction().forOperations(creates);
                creates.clear();
            }
        }
        if (!creates.isEmpty()) {
            curator.transaction().forOperations(creates);
        }
    }

    @Override
    public int load(String name) throws Exception {
        try (CuratorCache cache = CuratorCache.build(curator, "/curator/" + name)) {
            CountDownLatch initialized = new CountDownLatch(1);
            cache.listenable()
                    .addListener(CuratorCacheListener.builder()
                            .forInitialized(initialized::countDown)
                            .build());
            cache.start();
            if (!initialized.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("the cache has not been filled within a minute");
            }
            return (int) cache.stream()
                    .filter(node -> node.getPath().indexOf("/key-") > 0)
                    .count();
        }
    }

    @Override
    public void close() {
        curator.close();
    }
}

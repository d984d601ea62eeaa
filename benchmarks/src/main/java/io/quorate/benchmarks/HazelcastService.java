package io.quorate.benchmarks;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.cp.CPSubsystem;
import com.hazelcast.cp.IAtomicLong;
import java.util.ArrayList;
import java.util.List;

/** Three Hazelcast members in this process with the CP subsystem, in memory; a client is one of the members. */
final class HazelcastService implements RecipeService {

    private static final int FIRST_PORT = 15_701;

    private final List<HazelcastInstance> instances = new ArrayList<>();

    HazelcastService() throws InterruptedException {
        List<Thread> starting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Config config = config(FIRST_PORT + i);
            Thread thread = new Thread(() -> {
                HazelcastInstance instance = Hazelcast.newHazelcastInstance(config);
                synchronized (instances) {
                    instances.add(instance);
                }
            });
            starting.add(thread);
            thread.start();
        }
        for (Thread thread : starting) {
            thread.join();
        }
        if (instances.size() < 3) {
            close();
            throw new IllegalStateException(
                    "a Hazelcast member has not started: are the ports from " + FIRST_PORT + " on in use?");
        }
    }

    private static Config config(int port) {
        Config config = new Config();
        config.setClusterName("figures");
        config.setProperty("hazelcast.logging.type", "none");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
        config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        var join = config.getNetworkConfig().getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true);
        for (int i = 0; i < 3; i++) {
            join.getTcpIpConfig().addMember("127.0.0.1:" + (FIRST_PORT + i));
        }
        config.getCPSubsystemConfig().setCPMemberCount(3);
        return config;
    }

    /** How a counter is set. */
    enum Mode {
        ONE,
        ONE_BY_ONE,
        PIPELINED
    }

    /** Raw replication: sets a counter. */
    static Subject.Factory counter(Mode mode) {
        return () -> {
            HazelcastService service = new HazelcastService();
            IAtomicLong counter = service.subsystem(0).getAtomicLong("counter");
            return new Subject() {
                @Override
                public double measure() throws Exception {
                    return switch (mode) {
                        case ONE -> counter.incrementAndGet();
                        case ONE_BY_ONE -> Load.oneByOne(() -> counter.set(1));
                        case PIPELINED ->
                            Load.pipelined(1000, () -> counter.setAsync(1).toCompletableFuture());
                    };
                }

                @Override
                public void close() {
                    service.close();
                }
            };
        };
    }

    private CPSubsystem subsystem(int number) {
        return instances.get(number % instances.size()).getCPSubsystem();
    }

    @Override
    public RecipeClient open(int number) {
        CPSubsystem subsystem = subsystem(number);
        return new RecipeClient() {
            @Override
            public Load.Operation lockCycle(String name) {
                var lock = subsystem.getLock(name);
                return () -> {
                    lock.lock();
                    try {
                        // Nothing: the cycle is what is measured.
                    } finally {
                        lock.unlock();
                    }
                };
            }

            @Override
            public Load.Operation permitCycle(String name, int permits) {
                var semaphore = subsystem.getSemaphore(name);
                semaphore.init(permits);
                return () -> {
                    semaphore.acquire();
                    semaphore.release();
                };
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {
        instances.forEach(instance -> instance.getLifecycleService().terminate());
    }
}

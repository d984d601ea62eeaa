package io.quorate.benchmarks;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.cp.IAtomicLong;
import java.util.ArrayList;
import java.util.List;

/** Three Hazelcast members in this process with the CP subsystem, in memory. */
final class HazelcastSubject implements Subject {

    private static final int FIRST_PORT = 15_701;

    /** What is measured. */
    @FunctionalInterface
    interface Measurement {
        double run(HazelcastSubject subject) throws Exception;
    }

    private final Measurement measurement;
    private final List<HazelcastInstance> instances = new ArrayList<>();

    private HazelcastSubject(Measurement measurement) throws InterruptedException {
        this.measurement = measurement;
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

    static Subject.Factory of(Measurement measurement) {
        return () -> new HazelcastSubject(measurement);
    }

    double pipelined() throws Exception {
        IAtomicLong counter = instances.get(0).getCPSubsystem().getAtomicLong("counter");
        return Load.pipelined(1000, () -> counter.setAsync(1).toCompletableFuture());
    }

    double lockCycles(int threads, boolean contended) throws Exception {
        return Load.oneByOne(threads, i -> {
            String name = contended ? "contended" : "uncontended-" + i;
            var lock = instances.get(i % instances.size()).getCPSubsystem().getLock(name);
            return () -> {
                lock.lock();
                try {
                    // Nothing: the cycle is what is measured.
                } finally {
                    lock.unlock();
                }
            };
        });
    }

    @Override
    public double measure() throws Exception {
        return measurement.run(this);
    }

    @Override
    public void close() {
        instances.forEach(instance -> instance.getLifecycleService().terminate());
    }
}

package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.embedded.EmbeddedEnsemble;

/**
 * What can be started.
 *
 * <p>Nothing of a system is touched before its own start: the first start in the life of a process includes the loading of its classes, and
 * not that of others.
 */
enum Starter {
    QUORATE_1,
    QUORATE_3,
    MICRORAFT_3,
    ZOOKEEPER_1,
    ZOOKEEPER_3,
    HAZELCAST_3,
    JGROUPS_3,
    RATIS_3;

    /** Returns the time from nothing to the first acknowledged write, in milliseconds. */
    double millis() throws Exception {
        return switch (this) {
            case QUORATE_1 -> quorate(1);
            case QUORATE_3 -> quorate(3);
            case MICRORAFT_3 -> millis(MicroRaftSubject.of(MicroRaftSubject::one));
            case ZOOKEEPER_1 -> millis(ZooKeeperSubject.server(ZooKeeperSubject::one));
            case ZOOKEEPER_3 -> millis(ZooKeeperSubject.ensemble(ZooKeeperSubject::one));
            case HAZELCAST_3 -> millis(HazelcastService.counter(HazelcastService.Mode.ONE));
            case JGROUPS_3 -> millis(JGroupsRaftSubject.inMemory(JGroupsRaftSubject::one));
            case RATIS_3 -> millis(RatisSubject.of(RatisSubject::one));
        };
    }

    private static double quorate(int members) throws InterruptedException {
        long begin = System.nanoTime();
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(members).start();
                Quorate quorate = Quorate.open(ensemble.backend())) {
            quorate.commit(Commit.builder()
                    .create(Key.of("/first"), Bytes.utf8("value"))
                    .build());
            return (System.nanoTime() - begin) / 1e6;
        }
    }

    private static double millis(Subject.Factory peer) throws Exception {
        long begin = System.nanoTime();
        try (Subject subject = peer.open()) {
            subject.measure();
            return (System.nanoTime() - begin) / 1e6;
        }
    }
}

package io.quorate.benchmarks;

/** A system that is measured, in the form in which it is, and whether it has written to the disk when it answers. */
enum Peer {
    QUORATE("Quorate, 3 members", false),
    QUORATE_SINGLE("Quorate, 1 member", false),
    QUORATE_DURABLE("Quorate, 3 durable members", true),
    QUORATE_DURABLE_SINGLE("Quorate, 1 durable member", true),
    QUORATE_ON_ZOOKEEPER("Quorate on ZooKeeper, 1 server", true),
    QUORATE_CLIENT("Quorate, in the client", false),
    MACHINE("this machine", true),
    CURATOR_SERVER("Curator, TestingServer", true),
    CURATOR_CLUSTER("Curator, TestingCluster(3)", true),
    ZOOKEEPER_SERVER("ZooKeeper, TestingServer", true),
    ZOOKEEPER_CLUSTER("ZooKeeper, TestingCluster(3)", true),
    ZOOKEEPER_TREE("ZooKeeper, the tree alone", false),
    HAZELCAST("Hazelcast CP, 3 members", false),
    MICRORAFT("MicroRaft, 3 members", false),
    JGROUPS("jgroups-raft in memory, 3 members", false),
    JGROUPS_DURABLE("jgroups-raft with its file log, 3 members", true),
    RATIS("Ratis, 3 peers", true),
    RESILIENCE4J("Resilience4j", false);

    private final String label;
    private final boolean fsyncs;

    Peer(String label, boolean fsyncs) {
        this.label = label;
        this.fsyncs = fsyncs;
    }

    String label() {
        return label;
    }

    /** Returns whether an acknowledged write has been forced to the disk by a quorum. */
    boolean fsyncs() {
        return fsyncs;
    }
}

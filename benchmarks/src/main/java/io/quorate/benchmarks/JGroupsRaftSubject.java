package io.quorate.benchmarks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.JChannel;
import org.jgroups.protocols.SHARED_LOOPBACK;
import org.jgroups.protocols.SHARED_LOOPBACK_PING;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.protocols.raft.ELECTION;
import org.jgroups.protocols.raft.FileBasedLog;
import org.jgroups.protocols.raft.InMemoryLog;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.protocols.raft.REDIRECT;
import org.jgroups.raft.Options;
import org.jgroups.raft.RaftHandle;
import org.jgroups.raft.StateMachine;

/** Three jgroups-raft members in this process over its shared loopback. */
final class JGroupsRaftSubject implements Subject {

    private static final byte[] VALUE = new byte[100];

    /** What is measured. */
    @FunctionalInterface
    interface Measurement {
        double run(JGroupsRaftSubject subject) throws Exception;
    }

    private static final class Discarding implements StateMachine {
        @Override
        public byte[] apply(byte[] data, int offset, int length, boolean serialize) {
            return new byte[0];
        }

        @Override
        public void readContentFrom(DataInput in) {}

        @Override
        public void writeContentTo(DataOutput out) {}
    }

    private final Path directory = Directories.create();
    private final Measurement measurement;
    private final List<JChannel> channels = new ArrayList<>();
    private final List<RaftHandle> handles = new ArrayList<>();
    private final Options options = Options.create(true);

    private JGroupsRaftSubject(boolean durable, Measurement measurement) throws Exception {
        this.measurement = measurement;
        for (String member : List.of("A", "B", "C")) {
            RAFT raft = new RAFT();
            raft.members(List.of("A", "B", "C"));
            raft.raftId(member);
            raft.logClass(durable ? FileBasedLog.class.getName() : InMemoryLog.class.getName());
            raft.logDir(directory.toString());
            raft.logPrefix(member + "-" + System.nanoTime());
            raft.logUseFsync(durable);
            JChannel channel = new JChannel(
                            new SHARED_LOOPBACK(),
                            new SHARED_LOOPBACK_PING(),
                            new NAKACK2(),
                            new UNICAST3(),
                            new STABLE(),
                            new GMS().printLocalAddress(false).setJoinTimeout(1000),
                            new ELECTION(),
                            raft,
                            new REDIRECT())
                    .name(member);
            handles.add(new RaftHandle(channel, new Discarding()));
            channels.add(channel);
            channel.connect("figures-" + durable);
        }
    }

    static Subject.Factory inMemory(Measurement measurement) {
        return () -> new JGroupsRaftSubject(false, measurement);
    }

    static Subject.Factory durable(Measurement measurement) {
        return () -> new JGroupsRaftSubject(true, measurement);
    }

    private RaftHandle leader() throws InterruptedException {
        while (true) {
            for (RaftHandle handle : handles) {
                if (handle.isLeader()) {
                    return handle;
                }
            }
            Thread.sleep(10);
        }
    }

    double synchronous() throws Exception {
        RaftHandle leader = leader();
        return Load.oneByOne(() -> leader.set(VALUE, 0, VALUE.length));
    }

    double one() throws Exception {
        leader().set(VALUE, 0, VALUE.length);
        return 1;
    }

    double pipelined() throws Exception {
        RaftHandle leader = leader();
        return Load.pipelined(1000, () -> leader.setAsync(VALUE, 0, VALUE.length, options));
    }

    @Override
    public double measure() throws Exception {
        return measurement.run(this);
    }

    @Override
    public void close() throws IOException {
        channels.forEach(JChannel::close);
        Directories.delete(directory);
    }
}

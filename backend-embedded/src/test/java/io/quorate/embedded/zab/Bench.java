package io.quorate.embedded.zab;

import java.util.List;

/** One peer of an ensemble of three on a bench: a test plays its peers, its disk and its clock. */
final class Bench {

    final RecordingEffects effects = new RecordingEffects();
    final ZabPeer peer;

    Bench(int self, DurableState disk) {
        peer = new ZabPeer(
                new ZabConfig(self, 7, List.of(1, 2, 3), 2, 6, 20, 2, 40, 100),
                disk.snapshot().index());
        peer.start(effects);
        step(new StorageCompletion.Settled(effects.generation, disk));
        effects.clear();
    }

    static LogRecord record(long epoch, long index, long prevHash, RecordType type) {
        return new LogRecord(epoch, index, prevHash, type, new byte[] {(byte) epoch, (byte) index});
    }

    /** A disk with a promise and a log of one epoch, from index 1 to {@code lastIndex}. */
    static DurableState disk(long promised, int leader, long incarnation, long epoch, int lastIndex) {
        LogPoint start = LogPoint.GENESIS;
        LogPoint end = LogPoint.GENESIS;
        for (int i = 1; i <= lastIndex; i++) {
            end = record(epoch, i, end.hash(), i == 1 ? RecordType.NEWLEADER : RecordType.TXN)
                    .point();
            start = i == 1 ? end : start;
        }
        List<LogPoint> starts = lastIndex == 0 ? List.of() : List.of(start);
        return new DurableState(
                new EpochPromise(promised, leader, incarnation, true),
                new History(LogPoint.GENESIS, starts, end),
                LogPoint.GENESIS);
    }

    Bench step(Event event) {
        peer.step(event, effects);
        return this;
    }

    /** Opens the connection to a member; its id is that of the member. */
    Bench connect(int member) {
        return step(new Event.ConnectionUp(member, member));
    }

    Bench receive(int member, Message message) {
        return step(new Event.Received(member, member, message));
    }

    Bench ticks(int count) {
        for (int i = 0; i < count; i++) {
            step(new Event.Tick());
        }
        return this;
    }

    Bench clear() {
        effects.clear();
        return this;
    }

    /** The vote of a looking member. */
    static Message.Notification looking(long round, int vote, LogPoint own, long heard, boolean candidate) {
        return new Message.Notification(
                RoleName.LOOKING,
                round,
                new Vote(own.epoch(), own.index(), vote),
                own.epoch(),
                own.index(),
                heard,
                true,
                candidate,
                false);
    }

    /** A bench whose peer, member 3, was elected by all and has sent nothing but votes. */
    static Bench leader(DurableState disk) {
        LogPoint end = disk.history().end();
        Bench bench = new Bench(3, disk).connect(1).connect(2);
        bench.receive(1, looking(1, 3, end, 0b110, false)).receive(2, looking(1, 3, end, 0b101, false));
        return bench.clear();
    }

    /** A bench whose peer, member 1, has decided to follow member 3. */
    static Bench follower(DurableState disk) {
        LogPoint end = disk.history().end();
        Bench bench = new Bench(1, disk).connect(2).connect(3);
        bench.receive(2, looking(1, 3, end, 0b101, false)).receive(3, looking(1, 3, end, 0b011, true));
        return bench.clear();
    }

    /** The completion of the last promise. */
    Bench promiseDurable(long epoch, int leader, long incarnation) {
        return step(new StorageCompletion.PromisePersisted(
                effects.generation, new EpochPromise(epoch, leader, incarnation, true)));
    }

    Bench durableThrough(long index) {
        return step(new StorageCompletion.Appended(effects.generation, index));
    }

    /** A leader of epoch 1 that is established with member 2; member 1 is not connected to it as a learner. */
    static Bench establishedLeader() {
        return leader(DurableState.BLANK)
                .receive(2, new Message.FollowerInfo(0, true, 0))
                .promiseDurable(1, 3, 7)
                .receive(2, new Message.AckEpoch(1, true, History.EMPTY))
                .durableThrough(1)
                .receive(2, new Message.Ack(1, 1))
                .clear();
    }

    /** A follower of member 3 in epoch 1 that is up to date, with the NEWLEADER record committed. */
    static Bench establishedFollower() {
        LogRecord first = record(1, 1, 0, RecordType.NEWLEADER);
        return follower(DurableState.BLANK)
                .receive(3, new Message.LeaderInfo(1, 9))
                .promiseDurable(1, 3, 9)
                .receive(3, new Message.Diff(1, 0))
                .receive(3, proposal(first, 0))
                .receive(3, new Message.NewLeader(1, 1, first.hash()))
                .durableThrough(1)
                .receive(3, new Message.UpToDate(1, 1))
                .clear();
    }

    static Message.Propose proposal(LogRecord record, long commitIndex) {
        return new Message.Propose(record.epoch(), RecordBatch.of(List.of(record)), commitIndex, 0);
    }
}

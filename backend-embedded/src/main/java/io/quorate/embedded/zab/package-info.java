/**
 * The protocol core: ZooKeeper Atomic Broadcast as a pure state machine.
 *
 * <p>Nothing in here has a thread, a clock, a random number, a file or a socket. {@link io.quorate.embedded.zab.ZabPeer}
 * turns {@linkplain io.quorate.embedded.zab.Event events} into {@linkplain io.quorate.embedded.zab.Effects effects}; whoever
 * runs it supplies the rest. The loop of a member is this:
 *
 * <pre>{@code
 * DurableState disk = storage.recover();               // refuse or quarantine a bad disk here, never later
 * stateMachine.restore(disk.snapshot());               // only the snapshot: what follows it may not be committed
 * ZabPeer peer = new ZabPeer(config, disk.snapshot().index());
 * peer.start(effects);                                 // asks the storage to settle; the first vote waits for it
 * while (running) {
 *     List<Event> events = inbox.drain();              // messages, ticks, completions, proposals, in order of arrival
 *     peer.step(events, effects);                      // no call of effects blocks:
 *                                                      //   append, truncate, ...: to the storage, one after another
 *                                                      //   send, sendHistory, ...: to the connection, in this order
 *                                                      //   apply: to the state machine, at once
 * }
 * // The storage, on its own time: write, fsync, then put a StorageCompletion with the generation of its effect into the
 * // inbox. An ACK leaves only in the step that handles this completion, so it can't leave before the record is on disk.
 * }</pre>
 *
 * <p>A leader may send a proposal before its own copy is durable: it does not count itself before. Nothing needs to be
 * awaited between the effects of one step. If the process dies between any two of them, the rest is as if it had died
 * later and the network and the disk had lost what was missing.
 *
 * <h2>Roles and phases</h2>
 *
 * <pre>
 * LOOKING     ELECTION          votes; says only what its disk holds
 *    | elected                           | elected another, or found one that leads
 *    v                                   v
 * LEADING                             FOLLOWING
 *   DISCOVERY        FOLLOWERINFO  &lt;------  its last accepted epoch
 *                    LEADERINFO    ------&gt;  a new epoch; both make it durable first
 *                    ACKEPOCH      &lt;------  its history
 *   SYNCHRONIZATION  DIFF | TRUNC | SNAP, PROPOSAL*, NEWLEADER  ------&gt;
 *                    ACK           &lt;------  once all of it is durable
 *   BROADCAST        UPTODATE      ------&gt;
 *                    PROPOSAL, COMMIT, PING ------&gt;   &lt;------ ACK, PONG
 *    | lost its quorum, gave up, handed over         | lost its leader
 *    v                                               v
 * LOOKING                                         LOOKING          any: HALTED, if the storage or an invariant fails
 * </pre>
 *
 * <p>The table of transitions is in {@link io.quorate.embedded.zab.ZabPeer}.
 *
 * <h2>Why no committed record is lost</h2>
 *
 * <p>The epoch lives in the log: NEWLEADER is a record, and the current epoch of a member is that of its last record. The
 * argument is the one for logs ordered by (last epoch, last index); each step names the property of the simulation that
 * checks it after every event.
 *
 * <ol>
 *   <li><em>An epoch has one leader.</em> A leader sends its history only with the ACKEPOCH of a quorum. A member counts for
 *       one leader in an epoch, because its promise is durable before its ACKEPOCH leaves and names the leader and its
 *       incarnation. Two quorums share a member. ({@code OneLeaderPerEpoch}, I1; {@code EpochsOnDisk}, I8)
 *   <li><em>Logs that share a record share all before it.</em> A leader appends at dense indexes and chains each record to
 *       the one before by a hash; a follower appends only what continues its log. With step 1, the records of an epoch are
 *       one sequence. ({@code Integrity}, I3; {@code LocalPrimaryOrder}, I4; {@code GlobalPrimaryOrder}, I5;
 *       {@code GaplessHistory}, I9)
 *   <li><em>What is acknowledged is on the disk.</em> An ACK is made from a {@code DurableIndex}, which only a completion
 *       of the storage can make; the first one covers the whole synchronization. ({@code AcknowledgedIsDurable}, R2)
 *   <li><em>A commit is a quorum of durable copies of a record of the leader's own epoch.</em> Records of older epochs are
 *       committed with it, never by counting their copies. ({@code CommittedByQuorum}, I12; {@code CommitsByOwnEpoch}, B1)
 *   <li><em>A new leader has everything committed in earlier epochs.</em> Say a record was committed in epoch e, and take
 *       the first later epoch whose leader lacks it. Some member V acknowledged in e, at or after that record, and counted
 *       for this leader; it did so in that order, for after its new promise it acknowledges nothing in e. V still had the
 *       record when it reported its history: what V logged in between came from leaders that had the record, and TRUNC
 *       keeps what the leader has. No member that the new leader began with was more recent, so its log was not behind V's.
 *       If both end in the same epoch, the leader's log is the longer one and by step 2 contains V's. If the leader's ends in
 *       a later epoch, that epoch's leader had the record, and by step 2 so has every log with a record of that epoch.
 *       ({@code PrimaryIntegrity}, I6)
 *   <li><em>So TRUNC and SNAP drop nothing committed.</em> By step 5 the leader has it, and its log and a follower's agree
 *       up to the common point of {@link io.quorate.embedded.zab.SyncPlan}. A follower that is told otherwise halts.
 *       ({@code Durability}, I7; {@code NobodyHalts})
 *   <li><em>All apply the same records in the same order.</em> A member applies what is both committed and durable there, in
 *       the order of the log. ({@code TotalOrder}, I2; {@code AppliedIsDurable}, B4; {@code SnapshotIsCommitted}, I10)
 *   <li><em>What a client was told holds.</em> A success is told when a record is applied; a read waits for a round that a
 *       quorum answered after it was asked for, none of which had accepted a later epoch. ({@code SimClients}: I13, N1–N3)
 * </ol>
 *
 * <p><em>A member that lost its disk</em> has forgotten what it promised and acknowledged, so steps 1 and 5 do not hold for
 * it. It counts in no quorum ({@code AmnesiacSilence}, I15) until a record proposed after its return is committed without it
 * and durable at it. A leader that still holds an old promise or acknowledgement of it can't use it any more then: its
 * other supporters share a member with those that committed this record, and that member either reports a log more recent
 * than that leader's, or had left that leader's epoch.
 *
 * <p><em>A disk that comes back</em> after its member was given another one is the opposite: it votes, and knows nothing of what
 * the member promised and acknowledged since. Each disk has a number. The record that lets a new disk count, ADMISSION, names
 * it, and is the one of the paragraph above; from then on no other disk of that member counts. A leader turns away a member
 * whose disk its own log says was replaced, and that is enough. Say the old disk is in a quorum that supports some leader, or is
 * that leader's. The others of that quorum share a member V with the quorum that committed the record, in which neither disk
 * was. If the leader's epoch is older than that of the record, V had left it before the record was committed, so that what
 * V supports in it came before, and step 5 covers it. If it is the same epoch, the leader has proposed the record itself. If
 * it is a later one, the leader was at least as recent as V when it began, and by steps 2 and 5 has the record. An old disk
 * whose own log names another one does not take part at all. That a leader heeds a record that is not committed yet costs
 * nothing but that disk's vote. ({@code PrimaryIntegrity} and {@code Durability}, with disks that are exchanged)
 *
 * <p>Election takes no part in the argument. In some of its runs the simulation lets an oracle name arbitrary leaders.
 *
 * <h2>What is assumed of the surroundings</h2>
 *
 * <ul>
 *   <li>A connection delivers bytes in order and unaltered, or is closed. Its id is never used twice.
 *   <li>Storage operations take effect in the order they were asked for. A completion says that a power cut can't undo the
 *       operation. A storage that fails says so, and does nothing more before a recovery from disk.
 *   <li>At most a minority of members lose their disks before they are admitted again, and such a loss is noticed.
 *   <li>A disk comes back as it was when it was last used: an older copy of what it held has the number of the disk, and can't be told
 *       from it.
 * </ul>
 */
@NullMarked
package io.quorate.embedded.zab;

import org.jspecify.annotations.NullMarked;

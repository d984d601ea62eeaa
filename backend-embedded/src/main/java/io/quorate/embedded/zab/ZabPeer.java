package io.quorate.embedded.zab;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One member's part in the ZAB protocol: a state machine that turns events into effects.
 *
 * <p>It has no thread, clock, randomness or I/O of its own. Each call of {@link #step} is a function of the events so far,
 * so that one sequence of events always gives one sequence of effects. A single thread calls it.
 *
 * <p>This class owns the transitions between roles; no role changes to another by itself. The whole table:
 *
 * <pre>
 * from       to          when
 * LOOKING    LEADING     a quorum votes for this member
 * LOOKING    FOLLOWING   a quorum votes for another member, or another member says it leads and is believed
 * FOLLOWING  LOOKING     the leader is silent or its connection lost; it offers an old epoch, breaks the protocol or hands
 *                        over; broadcast was not reached in time; this member stands aside
 * LEADING    LOOKING     no contact to a quorum; a follower of the quorum is more recent; a member has accepted a newer
 *                        epoch; broadcast was not reached in time; the storage stalls; the seat was handed over
 * any        HALTED      the storage failed, or an invariant does not hold
 * </pre>
 *
 * <p>Within a role the {@linkplain Phase phases} follow one another: ELECTION while looking; DISCOVERY, SYNCHRONIZATION and
 * BROADCAST, in this order, while following or leading. Each transition begins a new <em>role generation</em>.
 */
public final class ZabPeer {

    private final ZabConfig config;
    private final Rules rules;
    private final Quorum quorum;
    private final int self;
    private final int[] members;
    private final long[] connections;
    private final long[] heardAt;
    private final long[] avoidedUntil;
    private final Message.@Nullable FollowerInfo[] waiting;
    private final Event.Handler dispatch = new Dispatch();

    private @Nullable Effects effects;
    private Role role;
    private long generation;
    private long now;
    private long electionRound;
    private long commitIndex;
    private long applied;
    private boolean standsAside;

    /**
     * Creates a peer that does nothing until it is {@linkplain #start started}.
     *
     * @param config the ensemble and the times
     * @param applied the index up to which the state machine has recovered, from its snapshot or with an empty history
     */
    public ZabPeer(ZabConfig config, long applied) {
        this(config, applied, Rules.ZAB);
    }

    ZabPeer(ZabConfig config, long applied, Rules rules) {
        this.config = config;
        this.rules = rules;
        this.members = config.members().stream().mapToInt(Integer::intValue).toArray();
        this.self = Arrays.binarySearch(members, config.self());
        this.quorum = rules.quorumOf(members.length);
        this.connections = new long[members.length];
        this.heardAt = new long[members.length];
        this.avoidedUntil = new long[members.length];
        this.waiting = new Message.FollowerInfo[members.length];
        this.applied = applied;
        this.commitIndex = applied;
        this.role = new Looking(this, 0);
    }

    /** Begins: asks the storage what the disk holds and looks for a leader. Called once, before the first step. */
    public void start(Effects out) {
        run(out, this::enterRole);
    }

    /**
     * Handles one event.
     *
     * @throws RuntimeException if there is a mistake in this class or its caller; the member must stop then. A broken rule of
     *     the protocol does not throw but {@linkplain Effects#halt halts}.
     */
    public void step(Event event, Effects out) {
        run(out, () -> handle(event));
    }

    /**
     * Handles several events. Their proposals are logged and sent together, their acknowledgements and commits are told
     * once.
     */
    public void step(Iterable<? extends Event> events, Effects out) {
        run(out, () -> events.forEach(this::handle));
    }

    private void handle(Event event) {
        if (role.name() != RoleName.HALTED) {
            event.accept(dispatch);
        }
    }

    private void run(Effects out, Runnable handling) {
        effects = out;
        try {
            handling.run();
            role.flush();
            role.considerHandOver();
        } catch (InvariantViolation violation) {
            halt(String.valueOf(violation.getMessage()));
        } finally {
            effects = null;
        }
    }

    // What a member may be asked.

    /** The role this member plays. */
    public RoleName role() {
        return role.name();
    }

    /** The phase of that role. */
    public Phase phase() {
        return role.phase();
    }

    /** The epoch this member takes part in, 0 if none. */
    public long epoch() {
        return role.epoch();
    }

    /** The member that leads as far as this one knows, 0 if none. */
    public int leader() {
        return role.leader();
    }

    /** The last index this member knows to be committed. */
    public long commitIndex() {
        return commitIndex;
    }

    /** The last index this member has applied. */
    public long applied() {
        return applied;
    }

    /** The index the next proposal gets, 0 if this member does not take proposals now. */
    public long nextIndex() {
        return role instanceof Leading leading && leading.takesProposals() ? leading.lastIndex() + 1 : 0;
    }

    /** How many records each member that follows this one has not acknowledged yet, by its id; empty if this one does not lead. */
    public Map<Integer, Long> behind() {
        return role instanceof Leading leading ? leading.behind() : Map.of();
    }

    /** Whether this member leads an established epoch, and a quorum follows it in which none of the given members is. */
    public boolean isFollowedWithout(Set<Integer> ids) {
        return role instanceof Leading leading && leading.isFollowedWithout(ids);
    }

    // The owner of transitions.

    void look(int successor, String reason) {
        transition(new Looking(this, successor), reason);
    }

    void lead(DurableState state, StorageCompletion.DurableIndex durable) {
        transition(new Leading(this, state, durable), "elected");
    }

    void follow(int leader, DurableState state, StorageCompletion.DurableIndex durable) {
        transition(new Following(this, leader, state, durable), "elected " + members[leader]);
    }

    /** Ends all work with a disk that does not count any more; what it holds may lack what was acknowledged. */
    void replaced(long disk, long admitted) {
        halt("the disk of member " + config.self() + " was replaced: another one (" + admitted
                + ") was admitted under its id"
                + " since this one (" + disk
                + ") left, and this one may lack what was acknowledged. Start the member with an"
                + " empty data directory; it gets everything from the others");
    }

    private void halt(String reason) {
        if (role.name() != RoleName.HALTED) {
            role = new Halted(this, reason);
            generation++;
            role.enter();
        }
    }

    private void transition(Role next, String reason) {
        if (!isLegal(role.name(), next.name())) {
            throw new IllegalStateException(
                    "no member goes from " + role.name() + " to " + next.name() + " (" + reason + ")");
        }
        role.flush();
        role.leave();
        role = next;
        generation++;
        enterRole();
    }

    private static boolean isLegal(RoleName from, RoleName to) {
        return switch (from) {
            case LOOKING -> to == RoleName.LEADING || to == RoleName.FOLLOWING;
            case LEADING, FOLLOWING -> to == RoleName.LOOKING;
            case HALTED -> false;
        };
    }

    private void enterRole() {
        announceRole();
        role.enter();
    }

    /** Reports role and phase; a role calls it when its phase changes. */
    void announceRole() {
        out().roleChanged(role.name(), role.phase(), role.epoch(), role.leader());
    }

    /** Whether a role is still the one that is played. Handlers ask after a call that may have ended it. */
    boolean isPlaying(Role asking) {
        return role == asking;
    }

    // What roles share.

    Effects out() {
        Effects out = effects;
        if (out == null) {
            throw new IllegalStateException("effects are emitted during a step only");
        }
        return out;
    }

    ZabConfig config() {
        return config;
    }

    Rules rules() {
        return rules;
    }

    Quorum quorum() {
        return quorum;
    }

    int size() {
        return members.length;
    }

    /** The position of this member in the member list. */
    int self() {
        return self;
    }

    int idOf(int member) {
        return members[member];
    }

    int positionOf(int id) {
        return Arrays.binarySearch(members, id);
    }

    private int known(int id) {
        int member = positionOf(id);
        if (member < 0 || member == self) {
            throw new IllegalArgumentException("member " + id + " is not another member of " + config.members()
                    + ": the handshake must refuse it");
        }
        return member;
    }

    long now() {
        return now;
    }

    long generation() {
        return generation;
    }

    long electionRound() {
        return electionRound;
    }

    void electionRound(long round) {
        electionRound = round;
    }

    boolean isConnected(int member) {
        return connections[member] != 0;
    }

    boolean hasHeardOf(int member) {
        return isConnected(member) && now - heardAt[member] <= config.electionTicks();
    }

    long heardAt(int member) {
        return heardAt[member];
    }

    /** All members heard of lately, one bit each. */
    long heard() {
        long bits = 0;
        for (int member = 0; member < members.length; member++) {
            if (member != self && hasHeardOf(member)) {
                bits |= 1L << member;
            }
        }
        return bits;
    }

    /** Lets others lead for a while: this one was elected and did not get to broadcast. */
    void avoid(int member) {
        avoidedUntil[member] = now + 2L * config.electionTicks();
    }

    /** Whether this member leaves the ensemble to the others as long as they have a leader. */
    boolean standsAside() {
        return standsAside;
    }

    boolean isAvoided(int member) {
        return now < avoidedUntil[member];
    }

    /** Hands over the FOLLOWERINFO of a member that arrived before this one led. */
    Message.@Nullable FollowerInfo takeWaiting(int member) {
        Message.FollowerInfo info = waiting[member];
        waiting[member] = null;
        return info;
    }

    void keepWaiting(int member, Message.FollowerInfo info) {
        waiting[member] = info;
    }

    void send(int member, Message message) {
        if (connections[member] != 0) {
            out().send(connections[member], message);
        }
    }

    long connection(int member) {
        return connections[member];
    }

    void disconnect(int member, String reason) {
        long connection = connections[member];
        if (connection != 0) {
            connections[member] = 0;
            waiting[member] = null;
            out().close(connection, reason);
        }
    }

    /** Closes the connection of a member that broke the protocol. The role learns of it as of any lost connection. */
    void protocolError(int member, String reason) {
        out().protocolBroken(members[member], reason);
        disconnect(member, "protocol error: " + reason);
        role.onConnectionDown(member);
    }

    /** What a member that is not looking answers to one that is. */
    Message.Notification standing(Role asking) {
        boolean leads = asking.name() == RoleName.LEADING;
        boolean established = leads && asking.phase() == Phase.BROADCAST;
        LogPoint end = asking.electedWith();
        return new Message.Notification(
                asking.name(),
                electionRound,
                new Vote(asking.epoch(), 0, asking.leader()),
                end.epoch(),
                end.index(),
                heard(),
                asking.isVoter(),
                leads,
                established);
    }

    /** Learns that a prefix is committed; never less than was known. */
    void committed(long index) {
        commitIndex = Math.max(commitIndex, index);
    }

    /** Applies what is committed and durable. */
    void applyThrough(long durable) {
        long through = rules.applicable(commitIndex, durable);
        if (through > applied) {
            long from = applied;
            applied = through;
            out().apply(from, through);
        }
    }

    /** The state machine was replaced by a snapshot. */
    void restored(long index) {
        applied = index;
        committed(index);
    }

    /** Gives each event to the role that is played. */
    private final class Dispatch implements Event.Handler {
        @Override
        public void onTick() {
            now++;
            role.tick();
        }

        @Override
        public void onConnectionUp(Event.ConnectionUp e) {
            int member = known(e.member());
            if (connections[member] != 0) {
                out().close(connections[member], "replaced");
                forget(member);
            }
            connections[member] = e.connection();
            heardAt[member] = now;
            role.onConnectionUp(member);
        }

        @Override
        public void onConnectionDown(Event.ConnectionDown e) {
            int member = known(e.member());
            if (connections[member] == e.connection()) {
                forget(member);
            }
        }

        private void forget(int member) {
            connections[member] = 0;
            waiting[member] = null;
            role.onConnectionDown(member);
        }

        @Override
        public void onReceived(Event.Received e) {
            int member = known(e.member());
            if (rules.isCurrentConnection(e.connection(), connections[member])) {
                heardAt[member] = now;
                e.message().accept(role, member);
            }
        }

        @Override
        public void onPropose(Event.Propose e) {
            role.propose(e);
        }

        @Override
        public void onBeginRound(Event.BeginRound e) {
            role.beginRound(e.ticket());
        }

        @Override
        public void onHandOver() {
            role.handOver();
        }

        @Override
        public void onStandAside(Event.StandAside e) {
            standsAside = e.aside();
            if (standsAside) {
                role.standAside();
            }
        }

        @Override
        public void onSnapshotTaken(Event.SnapshotTaken e) {
            InvariantViolation.require(
                    e.snapshot().index() <= applied,
                    "snapshot at " + e.snapshot() + " holds what is not applied: " + applied);
            role.onSnapshotTaken(e);
        }

        @Override
        public void onStorageFailed(Event.StorageFailed e) {
            halt("storage failed: " + e.reason());
        }

        @Override
        public void onStorageCompletion(StorageCompletion e) {
            if (rules.isCurrentGeneration(e.generation(), generation)) {
                e.deliverTo(role);
            }
        }
    }
}

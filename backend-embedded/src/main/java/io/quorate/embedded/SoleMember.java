package io.quorate.embedded;

import io.quorate.backend.BackendView;
import io.quorate.embedded.member.EnsembleDirectory;
import io.quorate.embedded.member.Life;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.member.MemberSettings;
import io.quorate.embedded.member.MemberSlot;
import io.quorate.embedded.session.Environment;
import io.quorate.embedded.transport.Driving;
import io.quorate.embedded.transport.Network;
import io.quorate.embedded.transport.Standing;
import io.quorate.embedded.zab.ZabConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one member of an ensemble that lives in this process. Confined to whoever drives the loop, except for what it publishes: the
 * running member, its status, and what it knows of the others.
 */
final class SoleMember {

    private static final Logger log = LoggerFactory.getLogger(SoleMember.class);
    private static final int TICKS_PER_STATUS = 2;

    /** After so long without a leader, a member without data says what it may be waiting for in vain. */
    private static final int TICKS_OF_PATIENCE = 5 * EnsembleMembers.TICKS_PER_ELECTION;

    /** What is known of the ensemble at one moment. */
    private record Known(MemberStatus status, int leader, Set<Integer> connected, Progress progress) {}

    /**
     * How far the member and, if it leads, the others have come.
     *
     * @param behind how many records each member has not acknowledged yet, by its id
     */
    record Progress(long logEnd, long commitIndex, Map<Integer, Long> behind) {

        static final Progress NONE = new Progress(0, 0, Map.of());
    }

    private final MemberConfig config;
    private final long life;
    private final Runnable wakeUp;
    private final Environment environment;
    private final MemberSlot slot;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition servingChanged = lock.newCondition();
    private boolean serving;
    private boolean stopping;
    private int ticks;
    private int ticksInVain;
    private volatile boolean beginsAsNew;
    private volatile boolean released = true;
    private volatile Standing standing = Standing.UNKNOWN;
    private volatile List<Member> members = List.of();
    private volatile Known known;

    SoleMember(
            MemberConfig config,
            EnsembleDirectory directory,
            long life,
            Runnable wakeUp,
            Driving driving,
            Environment environment) {
        this.config = config;
        this.life = life;
        this.wakeUp = wakeUp;
        this.environment = environment;
        this.slot =
                new MemberSlot(config.id(), directory, config.electionTimeout().toNanos(), driving);
        this.known = new Known(MemberStatus.stopped(config.id()), 0, Set.of(), Progress.NONE);
    }

    static long tickNanos(MemberConfig config) {
        return config.electionTimeout().toNanos() / EnsembleMembers.TICKS_PER_ELECTION;
    }

    // ---- what any thread may ask

    /** Whether an empty directory is the beginning of this member. */
    boolean beginsAsNew() {
        return beginsAsNew;
    }

    /** What this member tells others that ask before they begin. */
    Standing standing() {
        return standing;
    }

    List<Member> members() {
        return members;
    }

    MemberStatus status() {
        return known.status();
    }

    int leader() {
        return known.leader();
    }

    Set<Integer> connected() {
        return known.connected();
    }

    Progress progress() {
        return known.progress();
    }

    /** Completes when the member takes part or waits for others to begin, or with what prevents it. */
    CompletableFuture<Void> begun() {
        return begun;
    }

    boolean isReleased() {
        return released;
    }

    boolean awaitServing(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!serving && left > 0) {
                left = servingChanged.awaitNanos(left);
            }
            return serving;
        } finally {
            lock.unlock();
        }
    }

    BackendView describe() {
        Known now = known;
        List<BackendView.Member> views = new ArrayList<>();
        config.members().keySet().stream().sorted().forEach(id -> views.add(view(id, now)));
        boolean available = now.leader() != 0 && isServing(now.status());
        return new BackendView("embedded", available, views);
    }

    private static boolean isServing(MemberStatus status) {
        return status.role() == BackendView.Role.LEADER || status.role() == BackendView.Role.FOLLOWER;
    }

    private BackendView.Member view(int id, Known now) {
        if (id == config.id()) {
            return now.status().view();
        }
        BackendView.Role role = BackendView.Role.UNREACHABLE;
        if (now.connected().contains(id)) {
            role = id == now.leader() ? BackendView.Role.LEADER : BackendView.Role.FOLLOWER;
        }
        return new BackendView.Member(
                "member-" + id, role, OptionalLong.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
    }

    // ---- starting and stopping

    /** Nothing is begun before all other members have said what they have. Called before the loop has anything to do here. */
    void waitsForOthers() {
        standing = Standing.NEW;
        MemberStatus stopped = MemberStatus.stopped(config.id());
        known = new Known(
                new MemberStatus(
                        config.id(),
                        MemberStatus.Condition.RECOVERING,
                        stopped.role(),
                        0,
                        0,
                        0,
                        0,
                        Optional.empty(),
                        Optional.of("waits for all other members, to begin a new cluster with them"),
                        Optional.empty()),
                0,
                Set.of(),
                Progress.NONE);
        begun.complete(null);
    }

    /** Begins with an empty directory, as the others' standing asks for. */
    void startAs(Standing others, Network network) {
        if (others == Standing.ESTABLISHED) {
            log.warn(
                    "member {} was told to begin a new cluster, but others have begun it before: it gets everything from them,"
                            + " and does not vote before; take bootstrap out of its configuration",
                    config.id());
        } else {
            log.info("member {} begins a new cluster with all others", config.id());
        }
        start(others == Standing.NEW, network);
    }

    void start(boolean asNew, Network network) {
        if (stopping) {
            return;
        }
        beginsAsNew = asNew;
        MemberSettings settings = new MemberSettings(
                ZabConfig.of(
                        config.id(),
                        life,
                        config.members().keySet().stream().sorted().toList()),
                EnsembleMembers.limits(),
                config.snapshotRecords(),
                config.snapshotBytes(),
                tickNanos(config),
                environment.monotonicNanos(config.id()),
                environment.wallMillis(config.id()));
        released = false;
        slot.start(settings, network, store -> store, wakeUp);
        members = slot.member().map(List::of).orElseGet(List::of);
        publish();
    }

    void stop() {
        stopping = true;
        slot.member().ifPresent(Member::stop);
    }

    // ---- driving

    boolean runOnce() {
        Member member = member();
        if (member == null) {
            return false;
        }
        boolean worked = member.runOnce();
        released = member.isReleased();
        if (standing != Standing.ESTABLISHED) {
            standing = standingOf(member);
        }
        if (!begun.isDone()) {
            lookWhetherBegun(member);
        }
        if (member.isServing() != serving) {
            publish();
        }
        return worked;
    }

    boolean runInBackground() {
        Member member = member();
        return member != null && member.runInBackground();
    }

    void tick() {
        Member member = member();
        if (member != null) {
            member.tick();
            waitForData(member);
            if (ticks++ % TICKS_PER_STATUS == 0) {
                publish();
            }
        }
    }

    private @Nullable Member member() {
        List<Member> present = members;
        return present.isEmpty() ? null : present.get(0);
    }

    /**
     * A member that has been started but has no record has nothing to lose, unless it has lost it: so those that begin a cluster together may
     * begin one after another.
     */
    private Standing standingOf(Member member) {
        if (member.life() == Life.RECOVERING) {
            return standing;
        } else if (member.logEnd() > 0) {
            return Standing.ESTABLISHED;
        }
        return member.mayVote() ? Standing.NEW : Standing.UNKNOWN;
    }

    private void lookWhetherBegun(Member member) {
        Throwable failure = member.failure();
        if (member.life() == Life.HALTED && failure != null) {
            publish();
            begun.completeExceptionally(failure);
        } else if (member.life() != Life.RECOVERING) {
            begun.complete(null);
        }
    }

    /** Members that all have empty directories, and none of which may begin a cluster, wait for each other for ever. */
    private void waitForData(Member member) {
        boolean inVain =
                member.life() == Life.RUNNING && !member.mayVote() && member.logEnd() == 0 && member.leader() == 0;
        ticksInVain = inVain ? ticksInVain + 1 : 0;
        if (ticksInVain == TICKS_OF_PATIENCE) {
            log.warn("{}", whatIsMissing(member));
        }
    }

    private String whatIsMissing(Member member) {
        return "member " + config.id()
                + " has no data, and there is no leader to get any from; it is connected to members "
                + member.connected() + " of " + config.members().keySet()
                + ", and does not vote. If this is a new cluster, stop"
                + " all its members, delete their directories, set bootstrap=true for all of them, and start them again."
                + " If it is not, start the members that have its data, or look why they are not reached";
    }

    // ---- status

    private void publish() {
        Member member = member();
        if (member == null) {
            return;
        }
        MemberStatus present = MemberStatus.of(member);
        if (ticksInVain >= TICKS_OF_PATIENCE) {
            present = present.withAlert(whatIsMissing(member));
        }
        Progress progress = new Progress(member.logEnd(), member.commitIndex(), member.behind());
        known = new Known(present, member.leader(), member.connected(), progress);
        lock.lock();
        try {
            serving = member.isServing();
            servingChanged.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The member is gone with the loop. */
    void publishStopped() {
        known = new Known(MemberStatus.stopped(config.id()), 0, Set.of(), Progress.NONE);
    }
}

package io.quorate.embedded;

import io.quorate.embedded.member.EnsembleDirectory;
import io.quorate.embedded.member.Life;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.member.MemberSettings;
import io.quorate.embedded.member.MemberSlot;
import io.quorate.embedded.session.Environment;
import io.quorate.embedded.transport.Driving;
import io.quorate.embedded.transport.Network;
import io.quorate.embedded.tree.TreeLimits;
import io.quorate.embedded.zab.ZabConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The members of an ensemble and what keeps their places while they come and go. Confined to whoever drives the loop, except
 * for what it publishes: the running members, their status, and whether the ensemble is ready.
 */
final class EnsembleMembers {

    static final int TICKS_PER_ELECTION = 10;
    private static final int TICKS_PER_STATUS = 2;

    /** What a member remembers of a session's results; more than a session ever has in flight. */
    private static final int RESULTS = 1024;

    private final EnsembleConfig config;
    private final Runnable wakeUp;
    private final Environment environment;
    private final Network network;
    private final List<MemberSlot> slots;
    private final Set<Integer> paused = new HashSet<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private volatile List<Member> running = List.of();
    private volatile List<Member> reachable = List.of();
    private volatile List<MemberStatus> status;
    private int ticks;

    EnsembleMembers(
            EnsembleConfig config,
            @Nullable EnsembleDirectory directory,
            Runnable wakeUp,
            Driving driving,
            Environment environment) {
        this.config = config;
        this.wakeUp = wakeUp;
        this.environment = environment;
        this.network = environment.network();
        this.slots = IntStream.rangeClosed(1, config.members())
                .mapToObj(id ->
                        new MemberSlot(id, directory, config.electionTimeout().toNanos(), driving))
                .toList();
        this.status = allStopped();
    }

    // ---- what any thread may ask

    List<Member> running() {
        return running;
    }

    /** Those that run and do not stand still. */
    List<Member> reachable() {
        return reachable;
    }

    List<MemberStatus> status() {
        return status;
    }

    /** Completes when a write would succeed, or with what prevents the start. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    static long tickNanos(EnsembleConfig config) {
        return config.electionTimeout().toNanos() / TICKS_PER_ELECTION;
    }

    // ---- starting and stopping

    void startAll() {
        slots.forEach(this::start);
    }

    void start(int id) {
        start(slots.get(id - 1));
    }

    private void start(MemberSlot slot) {
        List<Integer> ids = slots.stream().map(MemberSlot::id).toList();
        int id = slot.id();
        LongSupplier monotonicNanos = environment.monotonicNanos(id);
        MemberSettings settings = new MemberSettings(
                ZabConfig.of(id, monotonicNanos.getAsLong(), ids),
                limits(),
                config.snapshotRecords(),
                config.snapshotBytes(),
                tickNanos(config),
                monotonicNanos,
                environment.wallMillis(id));
        slot.start(settings, network, store -> environment.storage(id, store), wakeUp);
        publishRunning();
    }

    static TreeLimits limits() {
        TreeLimits base = TreeLimits.DEFAULT;
        return new TreeLimits(
                base.dataBytes(),
                base.commitSize(),
                base.txnBytes(),
                base.children(),
                base.nodes(),
                base.totalBytes(),
                base.sessions(),
                base.ephemerals(),
                base.ephemeralPathBytes(),
                RESULTS);
    }

    Optional<Member> member(int id) {
        return slots.get(id - 1).member();
    }

    boolean isReleased(int id) {
        return member(id).map(Member::isReleased).orElse(true);
    }

    /** Forgets a member that has stopped. */
    void clear(int id) {
        slots.get(id - 1).clear();
        paused.remove(id);
        publishRunning();
        publishStatus();
    }

    void killAll() {
        paused.clear();
        slots.forEach(slot -> slot.member().ifPresent(Member::kill));
    }

    /** Lets a member stand still, as if its process got no time. */
    void pause(int id) {
        paused.add(id);
        publishRunning();
    }

    void resume(int id) {
        paused.remove(id);
        publishRunning();
    }

    private void publishRunning() {
        List<Member> present = new ArrayList<>();
        slots.forEach(slot -> slot.member().ifPresent(present::add));
        running = List.copyOf(present);
        reachable =
                present.stream().filter(member -> !paused.contains(member.id())).toList();
    }

    // ---- driving

    boolean runOnce() {
        boolean worked = false;
        for (Member member : running) {
            worked |= !paused.contains(member.id()) && member.runOnce();
        }
        if (!ready.isDone()) {
            lookWhetherReady();
        }
        return worked;
    }

    boolean runInBackground() {
        boolean more = false;
        for (Member member : running) {
            more |= !paused.contains(member.id()) && member.runInBackground();
        }
        return more;
    }

    void tick() {
        for (Member member : running) {
            if (!paused.contains(member.id())) {
                member.tick();
            }
        }
        if (ticks++ % TICKS_PER_STATUS == 0) {
            publishStatus();
        }
    }

    boolean areReleased() {
        return running.stream().allMatch(Member::isReleased);
    }

    private void lookWhetherReady() {
        if (running.stream().anyMatch(Member::takesWrites)) {
            publishStatus();
            ready.complete(null);
            return;
        }
        for (Member member : running) {
            Throwable failure = member.failure();
            if (member.life() == Life.HALTED && failure != null && preventsStart(failure)) {
                publishStatus();
                ready.completeExceptionally(failure);
            }
        }
        if (running.stream().allMatch(member -> member.life() == Life.RUNNING)) {
            lookWhetherTooManyLostTheirData();
        }
    }

    private void lookWhetherTooManyLostTheirData() {
        List<Integer> lost = running.stream()
                .filter(member -> !member.mayVote())
                .map(Member::id)
                .toList();
        if (config.members() - lost.size() < quorum()) {
            ready.completeExceptionally(DataDirectoryException.lost(lost, config.members(), quorum()));
        }
    }

    private int quorum() {
        return config.members() / 2 + 1;
    }

    /** A disk that fails is what the other members are there for; a wrong directory is a mistake that somebody must mend. */
    private boolean preventsStart(Throwable failure) {
        long halted =
                running.stream().filter(member -> member.life() == Life.HALTED).count();
        return config.members() - halted < quorum() || DataDirectoryException.isMistake(failure);
    }

    // ---- status

    private void publishStatus() {
        status = slots.stream()
                .map(slot -> slot.member().map(MemberStatus::of).orElseGet(() -> MemberStatus.stopped(slot.id())))
                .toList();
    }

    /** All members are gone with the loop. */
    void publishStopped() {
        status = allStopped();
    }

    private List<MemberStatus> allStopped() {
        return slots.stream().map(slot -> MemberStatus.stopped(slot.id())).toList();
    }
}

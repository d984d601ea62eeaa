package io.quorate.embedded.testing;

import io.quorate.backend.BackendView;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.member.MemberSettings;
import io.quorate.embedded.member.MemberSlot;
import io.quorate.embedded.transport.Driving;
import io.quorate.embedded.tree.TreeLimits;
import io.quorate.embedded.zab.ZabConfig;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** A member under virtual time: the real one, run whenever it has something to do. */
final class VirtualMember {

    /** How long a member takes from what wakes it to what it does. */
    private static final long RUN_NANOS = 10_000;

    /** What a member remembers of a session's results; more than a session ever has in flight. */
    private static final int RESULTS = 1024;

    private final VirtualEnsemble ensemble;
    private final VirtualClock clock;
    private final VirtualNetwork network;
    private final MemberSlot slot;
    private final int members;
    private final long tickNanos;
    private boolean paused;
    private boolean runPlanned;
    private long lives;
    private long servingVersion;

    VirtualMember(
            VirtualEnsemble ensemble, VirtualClock clock, VirtualNetwork network, int id, int members, long tickNanos) {
        this.ensemble = ensemble;
        this.clock = clock;
        this.network = network;
        this.slot = new MemberSlot(id, null, tickNanos, Driving.NONE);
        this.members = members;
        this.tickNanos = tickNanos;
    }

    int id() {
        return slot.id();
    }

    Optional<Member> member() {
        return slot.member();
    }

    boolean isPaused() {
        return paused;
    }

    void start() {
        List<Integer> ids = IntStream.rangeClosed(1, members).boxed().toList();
        lives++;
        MemberSettings settings = new MemberSettings(
                ZabConfig.of(id(), lives, ids), limits(), 10_000, 16 << 20, tickNanos, clock::nanos, clock::millis);
        slot.startInMemory(settings, network.endpoint(id()), this::planRun);
        planRun();
        // Members do not tick at the same instants.
        tickLater(lives, tickNanos + id() * 1_000_000L);
    }

    private static TreeLimits limits() {
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

    private void tickLater(long life, long nanos) {
        clock.in(nanos, () -> {
            if (life == lives && slot.member().isPresent()) {
                tickLater(life, tickNanos);
                if (!paused) {
                    slot.member().ifPresent(Member::tick);
                    run();
                }
            }
        });
    }

    private void planRun() {
        if (!runPlanned) {
            runPlanned = true;
            clock.in(RUN_NANOS, () -> {
                runPlanned = false;
                run();
            });
        }
    }

    private void run() {
        Member member = slot.member().orElse(null);
        if (member == null || paused) {
            return;
        }
        boolean more = true;
        while (more) {
            more = member.runOnce();
        }
        if (member.isReleased()) {
            slot.clear();
            ensemble.membersChanged();
        } else if (member.servingVersion() != servingVersion) {
            servingVersion = member.servingVersion();
            ensemble.membersChanged();
        }
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        planRun();
    }

    void kill() {
        paused = false;
        slot.member().ifPresent(member -> {
            member.kill();
            slot.clear();
        });
        ensemble.membersChanged();
    }

    void stop() {
        paused = false;
        slot.member().ifPresent(Member::stop);
        planRun();
    }

    BackendView.Member view() {
        Optional<Member> up = slot.member();
        return new BackendView.Member(
                "member-" + id(),
                up.map(VirtualMember::role).orElse(BackendView.Role.UNREACHABLE),
                up.map(member -> OptionalLong.of(member.epoch())).orElseGet(OptionalLong::empty),
                Optional.empty(),
                up.map(member -> OptionalInt.of(member.servedSessions())).orElseGet(OptionalInt::empty),
                OptionalInt.empty());
    }

    private static BackendView.Role role(Member member) {
        if (!member.isServing()) {
            return BackendView.Role.LOOKING;
        }
        return member.takesWrites() ? BackendView.Role.LEADER : BackendView.Role.FOLLOWER;
    }
}

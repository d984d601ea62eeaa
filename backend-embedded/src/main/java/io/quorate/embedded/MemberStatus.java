package io.quorate.embedded;

import io.quorate.backend.BackendView;
import io.quorate.embedded.member.Life;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.zab.RoleName;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a member looked like a moment ago.
 *
 * @param id its id, counted from 1
 * @param condition whether it runs
 * @param role the part it plays; {@link BackendView.Role#UNREACHABLE} if it does not run
 * @param epoch the leader's term it takes part in, 0 if none
 * @param applied the revision up to which its state has come
 * @param digest the digest of its state; members with the same {@code applied} have the same
 * @param sessions how many sessions are connected to it
 * @param disk how fast its disk is; empty if it keeps its data in memory, or does not run
 * @param alert what somebody should look at, though the member runs: files that were quarantined, data that was lost, a disk
 *     that is nearly full or slow
 * @param failure why it failed, if it did
 */
public record MemberStatus(
        int id,
        Condition condition,
        BackendView.Role role,
        long epoch,
        long applied,
        long digest,
        int sessions,
        Optional<DiskStatus> disk,
        Optional<String> alert,
        Optional<String> failure) {

    /** Whether a member runs. */
    public enum Condition {
        /** It was not started, or was stopped. */
        STOPPED,
        /** It reads its directory. */
        RECOVERING,
        /** It takes part in its ensemble. */
        RUNNING,
        /** It stopped by itself and does nothing more; {@link MemberStatus#failure} says why. */
        FAILED
    }

    static MemberStatus stopped(int id) {
        return new MemberStatus(
                id,
                Condition.STOPPED,
                BackendView.Role.UNREACHABLE,
                0,
                0,
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    static MemberStatus of(Member member) {
        return new MemberStatus(
                member.id(),
                conditionOf(member),
                roleOf(member),
                member.epoch(),
                member.applied(),
                member.state().digest(),
                member.servedSessions(),
                member.diskFigures().map(DiskStatus::of),
                member.alert(),
                Optional.ofNullable(member.failure()).map(MemberStatus::describe));
    }

    /** Returns the same status with another alert. */
    MemberStatus withAlert(String what) {
        return new MemberStatus(
                id, condition, role, epoch, applied, digest, sessions, disk, Optional.of(what), failure);
    }

    private static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }

    private static Condition conditionOf(Member member) {
        return switch (member.life()) {
            case RECOVERING -> Condition.RECOVERING;
            case RUNNING, STOPPING, CLOSING -> Condition.RUNNING;
            case STOPPED -> Condition.STOPPED;
            case HALTED -> Condition.FAILED;
        };
    }

    private static BackendView.Role roleOf(Member member) {
        if (member.life() != Life.RUNNING && member.life() != Life.STOPPING) {
            return BackendView.Role.UNREACHABLE;
        }
        if (!member.isServing()) {
            return BackendView.Role.LOOKING;
        }
        return member.role() == RoleName.LEADING ? BackendView.Role.LEADER : BackendView.Role.FOLLOWER;
    }

    /** Returns the member as it appears in the description of a backend. */
    BackendView.Member view() {
        boolean reachable = role != BackendView.Role.UNREACHABLE;
        return new BackendView.Member(
                "member-" + id,
                role,
                reachable ? OptionalLong.of(epoch) : OptionalLong.empty(),
                Optional.empty(),
                reachable ? OptionalInt.of(sessions) : OptionalInt.empty(),
                OptionalInt.empty());
    }

    /** Returns one line for people. */
    @Override
    public String toString() {
        if (condition != Condition.RUNNING) {
            return "member " + id + " " + condition
                    + failure.map(why -> ": " + why).orElse("");
        }
        return "member " + id + " " + role + " epoch " + epoch + " applied " + applied + " sessions " + sessions
                + alert.map(what -> " ALERT: " + what).orElse("");
    }
}

package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.RoleName;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member does about a disk that is nearly full, full, or stalls, before it fails.
 *
 * <p>A follower whose space runs low says so to its leader with each tick. The leader knows from that which members have room:
 *
 * <ul>
 *   <li>If a quorum that follows it has room, the others are told to stand aside: they leave, their sessions move, and they come
 *       back by themselves once they have room again, or if the rest is no quorum any more. A leader that has none itself
 *       hands over its seat when only such followers are left.
 *   <li>If not, all stay, and the leader tells them that the ensemble takes no writes that need room, so that reads and deletions
 *       go on. So does a leader without room that has nobody to hand over to yet.
 * </ul>
 *
 * <p>All words hold for a few ticks and are repeated with each, so that writes are taken again soon after somebody has freed
 * space. A member whose disk stalls or is full to the last byte closes its connections, as it can acknowledge nothing and
 * confirm nothing; a leader cannot hand over in good order then, as it has not applied what it proposed.
 *
 * <p>A follower whose disk is slower than what the others write leaves them too, once more waits for it than may: it gets nothing
 * more before that is durable, since whoever looks for a leader begins by letting the storage settle, and what it lacks then it is sent
 * in one piece. To stop reading from the leader instead would stop its heartbeats as well, and end in the same way after the election
 * time-out. A leader proposes nothing more as long as too much waits for its own disk.
 *
 * <p>Confined to the member's thread.
 */
final class DiskGuard {

    private static final Logger log = LoggerFactory.getLogger(DiskGuard.class);

    private static final String BEHIND = "the disk is slower than what the others write: more than "
            + (Backlog.MAX_BYTES >> 20)
            + " MiB waited for it, and the member has left the others until that is written";

    /** How long a word holds. */
    private static final int WORD_TICKS = 5;

    private final Member member;
    private final MemberStore store;

    /** The followers that have no room, and for how many ticks that is true unless they say so again. */
    private final Map<Integer, Integer> lowFollowers = new TreeMap<>();

    /** For how long this member has led without room of its own. */
    private int lowTicks;

    private int refusalTicks;
    private boolean aside;
    private boolean behind;

    DiskGuard(Member member, MemberStore store) {
        this.member = member;
        this.store = store;
    }

    /** Whether the leader has said of late that there is no room for writes. */
    boolean refusesWrites() {
        return refusalTicks > 0;
    }

    /** Whether it leaves the ensemble to the others until there is room. */
    boolean standsAside() {
        return aside;
    }

    /** Returns what somebody should look at. */
    Optional<String> alert() {
        StoreHealth health = store.health();
        if (aside && !member.isServing() && !health.full()) {
            return Optional.of(
                    "the free space is below the reserve: the member stands aside, and returns by itself once there"
                            + " is half as much again as the reserve; free some");
        }
        return behind ? Optional.of(BEHIND) : health.alert();
    }

    /** Takes the leader's word that the ensemble has no room. */
    void ensembleIsFull() {
        refusalTicks = WORD_TICKS;
    }

    /** Takes a follower's word that it has no room. */
    void followerIsLow(int id) {
        lowFollowers.put(id, WORD_TICKS);
    }

    /** Takes the leader's word that the others manage without this member. */
    void standAside() {
        if (store.health().spaceLow()) {
            aside = true;
            log.warn(
                    "member {} stands aside, as its disk has less free space than its reserve and others have more",
                    member.id());
            member.add(new Event.StandAside(true));
        }
    }

    void tick() {
        refusalTicks = Math.max(0, refusalTicks - 1);
        lowFollowers.replaceAll((id, ticks) -> ticks - 1);
        lowFollowers.values().removeIf(ticks -> ticks <= 0);
        StoreHealth health = store.health();
        if (aside && !health.spaceLow()) {
            aside = false;
            member.add(new Event.StandAside(false));
        }
        if (member.takesWrites()) {
            lead(health.spaceLow());
        } else if (member.isServing() && health.spaceLow()) {
            member.serving().tellLeader(new PeerMessage.SpaceLow());
        }
        if (member.isServing() && health.isBlocked()) {
            member.leave(health.full() ? "its disk is full" : "its disk stalls");
        }
    }

    /** Leaves the leader if more waits for the disk than may. To be called as soon as there may be more. */
    void limitBacklog() {
        Backlog backlog = member.backlog();
        if (behind) {
            behind = backlog.bytes() > 0 || !member.isServing();
        } else if (backlog.isFull() && member.isServing() && member.role() == RoleName.FOLLOWING) {
            behind = true;
            member.leave("too much waits for its disk: " + backlog.bytes() + " bytes");
        }
    }

    private void lead(boolean low) {
        lowTicks = low ? lowTicks + 1 : 0;
        Set<Integer> withoutRoom = new TreeSet<>(lowFollowers.keySet());
        if (low) {
            withoutRoom.add(member.id());
        }
        if (withoutRoom.isEmpty()) {
            return;
        }
        boolean othersSuffice = member.peer().isFollowedWithout(withoutRoom);
        if (low || !othersSuffice) {
            ensembleIsFull();
            member.serving().tellAll(new PeerMessage.StorageFull());
        }
        if (othersSuffice) {
            lowFollowers.keySet().forEach(id -> member.serving().tell(id, new PeerMessage.StandAside()));
            // By then every follower has said whether it has room.
            if (lowTicks > WORD_TICKS && lowFollowers.isEmpty()) {
                member.add(new Event.HandOver());
            }
        }
    }
}

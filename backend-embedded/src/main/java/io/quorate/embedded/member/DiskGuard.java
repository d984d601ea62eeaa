package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.zab.Event;

/**
 * What a member does about a disk that is nearly full or stalls, before it fails.
 *
 * <p>A leader without free space tells all members that the ensemble takes no writes now, and offers its seat, once for each
 * time that the space runs low: if all disks are full, the seat comes to rest. The word is repeated with each tick and holds
 * for a few, so that writes are taken again soon after somebody has freed space. A leader whose disk stalls cannot hand over
 * in good order, as it has not applied what it proposed: it leaves its followers, who elect another. A follower leaves too, so
 * that its sessions move to members that can answer them.
 *
 * <p>Confined to the member's thread.
 */
final class DiskGuard {

    /** How long the leader's word holds. */
    private static final int WORD_TICKS = 5;

    private final Member member;
    private final MemberStore store;
    private boolean offeredSeat;
    private int refusalTicks;

    DiskGuard(Member member, MemberStore store) {
        this.member = member;
        this.store = store;
    }

    /** Whether the leader has said of late that there is no room for writes. */
    boolean refusesWrites() {
        return refusalTicks > 0;
    }

    /** Takes the leader's word that it has no room. */
    void leaderIsFull() {
        refusalTicks = WORD_TICKS;
    }

    void tick() {
        refusalTicks = Math.max(0, refusalTicks - 1);
        StoreHealth health = store.health();
        offeredSeat &= health.spaceLow();
        if (member.takesWrites() && health.spaceLow()) {
            leaderIsFull();
            member.serving().tellAll(new PeerMessage.StorageFull());
            if (!offeredSeat) {
                offeredSeat = true;
                member.add(new Event.HandOver());
            }
        }
        if (member.isServing() && health.stalled()) {
            member.leave("its disk stalls");
        }
    }
}

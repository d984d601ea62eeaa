package io.quorate.embedded.member;

import io.quorate.embedded.transport.Transport;
import io.quorate.embedded.zab.ZabPeer;

/** Makes members that a simulation steps, and shows what is inside. */
public final class SimulatedMembers {

    private SimulatedMembers() {}

    /** Returns a member that was started. */
    public static Member start(MemberSettings settings, Transport transport, SteppedStore store, Runnable wakeUp) {
        Member member = new Member(settings, transport, store, wakeUp);
        member.start();
        return member;
    }

    /** Returns whether a member leaves the ensemble to the others until its disk has room. */
    public static boolean standsAside(Member member) {
        return member.standsAside();
    }

    /** Returns the protocol core of a member that has recovered. */
    public static ZabPeer peer(Member member) {
        return member.peer();
    }
}

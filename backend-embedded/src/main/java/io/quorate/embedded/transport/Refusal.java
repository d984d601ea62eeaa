package io.quorate.embedded.transport;

/** Why a member does not let another one connect. The numbers are part of the protocol. */
enum Refusal {
    /** There is no such member. */
    UNKNOWN_MEMBER(1, "is no other member of this cluster"),
    /** It wanted to reach another member than the one at this address. */
    WRONG_TARGET(2, "wanted another member than the one at this address: compare the members' addresses"),
    /** It has another list of members. */
    MEMBER_LIST(3, "has another list of members: configure the same ids everywhere"),
    /** It has not proved that it knows the cluster key. */
    PROOF(4, "has not proved that it knows the cluster key: give all members the same one"),
    /** Its certificate is not one of the member that it says it is. */
    CERTIFICATE(5, "has a certificate that is not mapped to that member: look at tls.member.ID"),
    /** Another process runs under the same id. */
    DUPLICATE(6, "runs twice: a connected process at another address has the same id"),
    /** An older life of a member that is connected. */
    OUTDATED(7, "is an older life of a member that is connected"),
    /** The member at this end has not begun to take part. */
    NOT_READY(8, "came before this member takes part; it tries again");

    private static final Refusal[] REFUSALS = values();

    private final int number;
    private final String what;

    Refusal(int number, String what) {
        this.number = number;
        this.what = what;
    }

    int number() {
        return number;
    }

    /** Returns the predicate of a sentence whose subject is the member that is refused. */
    String what() {
        return what;
    }

    static Refusal of(int number) throws FrameException {
        if (number < 1 || number > REFUSALS.length) {
            throw new FrameException(FrameException.Reason.MALFORMED, "no refusal has the number " + number);
        }
        return REFUSALS[number - 1];
    }
}

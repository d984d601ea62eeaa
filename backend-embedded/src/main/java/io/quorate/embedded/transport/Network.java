package io.quorate.embedded.transport;

/** What connects the members of one process. Confined to the thread that drives them. */
@FunctionalInterface
public interface Network {

    /** Returns a new way of a member to the others. It is used for one life of the member. */
    Transport endpoint(int member);
}

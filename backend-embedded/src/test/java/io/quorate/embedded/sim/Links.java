package io.quorate.embedded.sim;

/** The directions of a network between members, by their positions, each of which can be blocked. */
interface Links {

    void block(int from, int to);

    void unblock(int from, int to);

    boolean isBlocked(int from, int to);
}

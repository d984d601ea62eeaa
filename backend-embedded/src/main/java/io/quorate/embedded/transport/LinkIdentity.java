package io.quorate.embedded.transport;

import java.util.UUID;

/**
 * Whose frames a connection carries in one direction: every frame names it, so that nothing of another cluster, member, life or
 * connection is ever taken for its own.
 *
 * @param cluster the cluster
 * @param sender the member that sends
 * @param incarnation the life of that member
 * @param connection the number that both ends have agreed on for the connection
 */
record LinkIdentity(UUID cluster, int sender, long incarnation, long connection) {}

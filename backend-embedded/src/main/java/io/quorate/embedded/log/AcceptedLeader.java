package io.quorate.embedded.log;

/**
 * The leader whose epoch was accepted.
 *
 * @param nodeId its member id
 * @param incarnation its incarnation
 */
public record AcceptedLeader(long nodeId, long incarnation) {}

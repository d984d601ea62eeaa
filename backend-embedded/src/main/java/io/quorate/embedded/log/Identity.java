package io.quorate.embedded.log;

import java.util.UUID;

/**
 * Whose files these are.
 *
 * @param clusterId the cluster
 * @param nodeId the member
 * @param incarnation the number of the member's disk, and of what it holds: another one, and greater as far as the clock can tell, each
 *     time its content was lost or replaced
 */
public record Identity(UUID clusterId, long nodeId, long incarnation) {}

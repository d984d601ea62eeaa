package io.quorate.embedded.log;

import java.util.UUID;

/**
 * Whose files these are.
 *
 * @param clusterId the cluster
 * @param nodeId the member
 * @param incarnation the life of the member's disk: greater each time its content was lost or replaced
 */
public record Identity(UUID clusterId, long nodeId, long incarnation) {}

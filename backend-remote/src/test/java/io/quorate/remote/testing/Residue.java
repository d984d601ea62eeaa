package io.quorate.remote.testing;

import java.util.Map;
import java.util.Set;

/**
 * What clients have left on the servers.
 *
 * @param sessions ids of the sessions that are open
 * @param ephemerals paths of the ephemeral nodes, by session
 * @param watches the number of watches, summed over the servers
 */
public record Residue(Set<Long> sessions, Map<Long, Set<String>> ephemerals, int watches) {
    public Residue {
        sessions = Set.copyOf(sessions);
        ephemerals = Map.copyOf(ephemerals);
    }

    public boolean isEmpty() {
        return sessions.isEmpty() && ephemerals.isEmpty() && watches == 0;
    }
}

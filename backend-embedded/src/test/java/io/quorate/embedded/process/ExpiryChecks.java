package io.quorate.embedded.process;

import io.quorate.embedded.sim.Oracle;
import java.util.Collection;
import java.util.List;

/** Whether the sessions of processes that have died have ended (N6). */
final class ExpiryChecks {

    private final Oracle oracle;

    ExpiryChecks(Oracle oracle) {
        this.oracle = oracle;
    }

    /**
     * Returns the sessions that are left of other processes than those that are alive, a line each: violations if those have been dead for longer
     * than sessions outlive their silence.
     *
     * @param alive what the sessions of each living process begin their names with
     */
    List<String> leftByTheDead(Collection<String> alive) {
        return oracle.state().sessions().stream()
                .filter(session -> alive.stream().noneMatch(session.ownerName()::startsWith))
                .map(session -> "N6: the process of " + session + " has died long ago")
                .toList();
    }
}

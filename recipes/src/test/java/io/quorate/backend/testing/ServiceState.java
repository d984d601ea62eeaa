package io.quorate.backend.testing;

/**
 * What a service keeps on behalf of its clients, counted on the service's side.
 *
 * @param sessions open sessions
 * @param sessionEntries entries that are owned by a session, tickets included
 * @param watches registered watches
 */
public record ServiceState(int sessions, int sessionEntries, int watches) {

    /** The state of a service that nobody uses. */
    public static final ServiceState NOTHING = new ServiceState(0, 0, 0);
}

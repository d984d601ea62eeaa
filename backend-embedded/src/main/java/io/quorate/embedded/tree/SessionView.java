package io.quorate.embedded.tree;

/**
 * A session as the replicated state knows it, for display and for the leader's clock.
 *
 * @param id its id: the index of the transaction that opened it
 * @param timeoutMillis the granted time-out
 * @param ownerName who it is, for people
 * @param openedAtMillis when it was opened, by the leader's wall clock
 * @param lastOperation the number of its last operation; 0 if it had none
 * @param acknowledged the last operation whose result the client has acknowledged
 * @param ephemerals how many nodes it owns
 */
public record SessionView(
        long id,
        int timeoutMillis,
        String ownerName,
        long openedAtMillis,
        long lastOperation,
        long acknowledged,
        int ephemerals) {}

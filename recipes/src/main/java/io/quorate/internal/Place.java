package io.quorate.internal;

import io.quorate.backend.Ticket;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One waiting place of this process in a {@link WaitingLine}, from the request for a ticket until the grant or the end of the wait. It
 * is touched on the lane only.
 */
final class Place {

    private final GrantRule rule;
    private final WaitingLine.Waiter waiter;
    private final CompletableFuture<Ticket> enqueued;
    private final Runnable withdrawal;
    private @Nullable Ticket ticket;
    private boolean ended;

    /**
     * Creates a place.
     *
     * @param enqueued completes with the ticket
     * @param withdrawal takes the request for the ticket back while it is under way
     */
    Place(GrantRule rule, WaitingLine.Waiter waiter, CompletableFuture<Ticket> enqueued, Runnable withdrawal) {
        this.rule = rule;
        this.waiter = waiter;
        this.enqueued = enqueued;
        this.withdrawal = withdrawal;
    }

    GrantRule rule() {
        return rule;
    }

    WaitingLine.Waiter waiter() {
        return waiter;
    }

    CompletableFuture<Ticket> enqueued() {
        return enqueued;
    }

    void withdraw() {
        withdrawal.run();
    }

    @Nullable
    Ticket ticket() {
        return ticket;
    }

    void ticket(Ticket arrived) {
        this.ticket = arrived;
    }

    /** Marks the wait as over; returns whether it was not before. */
    boolean end() {
        boolean first = !ended;
        ended = true;
        return first;
    }

    boolean isEnded() {
        return ended;
    }
}

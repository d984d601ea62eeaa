package io.quorate.lock;

import java.util.List;

/**
 * Who holds something and who waits for it, at one moment; for display.
 *
 * @param holders who holds it, first come first
 * @param waiters who waits, the next one first
 */
public record QueueView(List<Contender> holders, List<Contender> waiters) {

    /** Copies the lists. */
    public QueueView {
        holders = List.copyOf(holders);
        waiters = List.copyOf(waiters);
    }
}

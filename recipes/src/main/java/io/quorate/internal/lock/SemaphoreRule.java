package io.quorate.internal.lock;

import io.quorate.backend.Bytes;
import io.quorate.backend.Entry;
import io.quorate.backend.QueueEntry;
import io.quorate.internal.GrantRule;
import io.quorate.lock.TooManyPermitsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whoever fits into the permits together with all who are ahead has its turn.
 *
 * <p>It waits for as many of those nearest ahead as alone leave no room for it: holders leave more or less in the order in which they came, so that these
 * are the last to go. The weight of a ticket is in its label, so that nobody needs to read tickets to count.
 *
 * @param what the semaphore in words, for messages
 * @param weight how many permits are taken
 */
record SemaphoreRule(String what, int weight) implements GrantRule {

    private static final String PREFIX = "p";

    static String label(int weight) {
        return PREFIX + weight;
    }

    /** Returns the weight that a label tells; one that is not a semaphore's weighs more than any semaphore bears. */
    static int weight(String label) {
        try {
            return label.startsWith(PREFIX) ? Integer.parseInt(label.substring(PREFIX.length())) : Integer.MAX_VALUE;
        } catch (NumberFormatException e) {
            return Integer.MAX_VALUE;
        }
    }

    static Bytes terms(int permits) {
        return Bytes.utf8(Integer.toString(permits));
    }

    /** Reads the number of permits; empty if what is stored is not one, as after an operator's mistake. */
    static OptionalInt permits(Entry terms) {
        try {
            return OptionalInt.of(
                    Integer.parseInt(terms.optionalValue().map(Bytes::utf8).orElse("")));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    @Override
    public Verdict judge(Standing queue) {
        Optional<Entry> terms = queue.terms();
        if (terms.isEmpty() || permits(terms.get()).isEmpty()) {
            return Verdict.behind(List.of());
        }
        int permits = permits(terms.get()).getAsInt();
        if (weight > permits) {
            return Verdict.refused(new TooManyPermitsException(what, weight, permits));
        }
        List<QueueEntry> blockers = new ArrayList<>();
        long taken = 0;
        for (int i = queue.ahead().size() - 1; i >= 0; i--) {
            QueueEntry entry = queue.ahead().get(i);
            blockers.add(entry);
            taken += weight(entry.label());
            if (taken + weight > permits) {
                return Verdict.behind(blockers);
            }
        }
        return Verdict.turn();
    }
}

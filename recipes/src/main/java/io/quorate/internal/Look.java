package io.quorate.internal;

import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.TicketName;
import io.quorate.internal.GrantRule.Standing;
import io.quorate.internal.GrantRule.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A look at queues that costs the backend no write: whether a new ticket would have its turn at once in all of them.
 *
 * <p>If somebody is in the way who may have turned the exclusive turn into a shared one, which is written in the ticket and not in its
 * name, that ticket is read as well.
 */
final class Look {

    private final Session session;
    private final Acquisition.Request request;
    private final Set<QueueEntry> sharing = new HashSet<>();

    Look(Session session, Acquisition.Request request) {
        this.session = session;
        this.request = request;
    }

    /**
     * Asks for everything at once. The future completes on the lane: with those of the tickets in the way that turned out to share their turn,
     * or with nothing if others are in the way.
     */
    CompletableFuture<Optional<Set<QueueEntry>>> begin() {
        CompletableFuture<Optional<Entry>> terms = terms();
        List<CompletableFuture<Boolean>> looks = new ArrayList<>();
        for (Key queue : request.queues()) {
            looks.add(session.list(queue, Content.KEYS, Read.SYNCED)
                    .thenCombine(terms, (listing, known) -> new Standing(tickets(listing), Set.of(), known))
                    .thenCompose(this::isFree));
        }
        return CompletableFuture.allOf(looks.toArray(CompletableFuture<?>[]::new))
                .thenApply(all ->
                        looks.stream().allMatch(CompletableFuture::join) ? Optional.of(sharing) : Optional.empty());
    }

    private CompletableFuture<Optional<Entry>> terms() {
        QueueTerms terms = request.terms();
        if (terms == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return session.get(terms.key(), Read.SYNCED)
                // Nobody has created them, so that nobody has a ticket either; whoever takes one creates them.
                .thenApply(found -> Optional.of(found.orElseGet(() -> unwritten(terms))));
    }

    private static Entry unwritten(QueueTerms terms) {
        return new Entry(terms.key(), terms.initial(), 0, 0, null, java.time.Instant.EPOCH);
    }

    private CompletableFuture<Boolean> isFree(Standing standing) {
        Verdict verdict = request.rule().judge(standing);
        if (verdict instanceof Verdict.Behind behind && behind.blockers().size() == 1) {
            QueueEntry blocker = behind.blockers().get(0);
            Standing shared = new Standing(standing.ahead(), Set.of(blocker), standing.terms());
            if (request.rule().judge(shared) instanceof Verdict.Turn) {
                return session.get(blocker.key(), Read.SYNCED).thenApply(found -> shares(blocker, found));
            }
        }
        // Whoever can never have a turn finds that out by asking for one.
        return CompletableFuture.completedFuture(!(verdict instanceof Verdict.Behind));
    }

    private boolean shares(QueueEntry blocker, Optional<Entry> found) {
        boolean shares =
                found.map(entry -> TicketNote.of(entry.value()).sharing()).orElse(true);
        if (shares) {
            sharing.add(blocker);
        }
        return shares;
    }

    private static List<QueueEntry> tickets(Listing listing) {
        List<QueueEntry> tickets = new ArrayList<>();
        for (Key key : listing.keys()) {
            TicketName.parse(key.name()).ifPresent(name -> tickets.add(new QueueEntry(key, name)));
        }
        tickets.sort(Comparator.comparing(QueueEntry::name, TicketName.FIFO));
        return tickets;
    }
}

package io.quorate.internal.lock;

import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.NoSuchKeyException;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionId;
import io.quorate.backend.TicketName;
import io.quorate.internal.Await;
import io.quorate.internal.Client;
import io.quorate.internal.Failures;
import io.quorate.internal.GrantRule;
import io.quorate.internal.GrantRule.Standing;
import io.quorate.internal.GrantRule.Verdict;
import io.quorate.internal.QueueTerms;
import io.quorate.internal.Revocation;
import io.quorate.internal.TicketNote;
import io.quorate.lock.Contended;
import io.quorate.lock.Contender;
import io.quorate.lock.LockMode;
import io.quorate.lock.QueueView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Who stands in one queue, as a listing shows it, and requests to those who hold what they queued up for. */
final class QueueContenders implements Contended {

    private static final Comparator<QueueEntry> FIFO = Comparator.comparing(QueueEntry::name, TicketName.FIFO);

    private final Client client;
    private final String what;
    private final String name;
    private final Key queue;
    private final @Nullable QueueTerms terms;
    private final Function<String, Claimed> claims;

    /**
     * What the label of a ticket says.
     *
     * @param rule the rule by which it is granted
     * @param mode whom it excludes
     * @param permits how many permits it takes
     */
    record Claimed(GrantRule rule, LockMode mode, int permits) {}

    /**
     * Creates it.
     *
     * @param terms the entry on which the rules depend, or {@code null}
     * @param claims reads a label
     */
    QueueContenders(
            Client client,
            String what,
            String name,
            Key queue,
            @Nullable QueueTerms terms,
            Function<String, Claimed> claims) {
        this.client = client;
        this.what = what;
        this.name = name;
        this.queue = queue;
        this.terms = terms;
        this.claims = claims;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Contender> holders() throws InterruptedException {
        return view().holders();
    }

    @Override
    public List<Contender> queue() throws InterruptedException {
        return view().waiters();
    }

    @Override
    public CompletableFuture<QueueView> viewAsync() {
        return client.sessions().call(this::view).thenApplyAsync(view -> view, client.callbackExecutor());
    }

    @Override
    public int requestRevocation(String reason) throws InterruptedException {
        client.refuseToWaitOnLane();
        return await(requestRevocationAsync(reason), "asking the holders of " + what + " to let go");
    }

    @Override
    public CompletableFuture<Integer> requestRevocationAsync(String reason) {
        if (reason.length() > MAX_REASON) {
            throw new IllegalArgumentException(
                    "the reason must have at most " + MAX_REASON + " characters, but has " + reason.length());
        }
        return client.sessions()
                .call(session -> request(session, reason))
                .thenApplyAsync(count -> count, client.callbackExecutor());
    }

    private QueueView view() throws InterruptedException {
        client.refuseToWaitOnLane();
        return await(viewAsync(), "listing the queue of " + what);
    }

    <T> T await(CompletableFuture<T> answer, String doing) throws InterruptedException {
        return Await.within(
                client.operationTimeout(), client.sessions(), answer, doing, () -> "the backend did not answer");
    }

    private CompletableFuture<QueueView> view(Session session) {
        CompletableFuture<Optional<Entry>> known = terms == null
                ? CompletableFuture.completedFuture(Optional.empty())
                : session.get(terms.key(), Read.SYNCED);
        return session.list(queue, Content.ENTRIES, Read.SYNCED)
                .thenCombine(known, (listing, found) -> view(listing.entries(), found));
    }

    private QueueView view(List<Entry> entries, Optional<Entry> known) {
        List<QueueEntry> ahead = new ArrayList<>();
        Set<QueueEntry> sharing = new HashSet<>();
        List<Contender> holders = new ArrayList<>();
        List<Contender> waiters = new ArrayList<>();
        for (Entry entry : inOrder(entries)) {
            QueueEntry place = place(entry).orElseThrow();
            TicketNote note = TicketNote.of(entry.value());
            Claimed claimed = claims.apply(place.label());
            boolean holds = claimed.rule().judge(new Standing(ahead, sharing, known)) instanceof Verdict.Turn;
            (holds ? holders : waiters).add(contender(entry, note, claimed));
            ahead.add(place);
            if (note.sharing()) {
                sharing.add(place);
            }
        }
        return new QueueView(holders, waiters);
    }

    private static List<Entry> inOrder(List<Entry> entries) {
        return entries.stream()
                .filter(entry -> place(entry).isPresent())
                .sorted(Comparator.comparing(entry -> place(entry).orElseThrow(), FIFO))
                .toList();
    }

    private static Optional<QueueEntry> place(Entry entry) {
        return TicketName.parse(entry.key().name()).map(parsed -> new QueueEntry(entry.key(), parsed));
    }

    private static Contender contender(Entry entry, TicketNote note, Claimed claimed) {
        SessionId owner = entry.owner();
        return new Contender(
                note.owner(),
                owner == null ? new SessionId(0) : owner,
                entry.createRevision(),
                entry.createdAt(),
                note.sharing() ? LockMode.SHARED : claimed.mode(),
                claimed.permits());
    }

    /** Asks the holders; asks again if they have changed meanwhile, or if another request came in between. */
    private CompletableFuture<Integer> request(Session session, String reason) {
        return view(session).thenCompose(view -> {
            List<Contender> holders = view.holders();
            if (holders.isEmpty()) {
                return CompletableFuture.completedFuture(0);
            }
            long upTo = holders.get(holders.size() - 1).token();
            Revocation revocation = new Revocation(upTo, client.ownerName().utf8(), reason);
            return write(session, revocation, false)
                    .thenCompose(done ->
                            done ? CompletableFuture.completedFuture(holders.size()) : request(session, reason));
        });
    }

    /** Writes the request, over another one if there is one; false if it appeared or vanished in this very moment. */
    private CompletableFuture<Boolean> write(Session session, Revocation revocation, boolean over) {
        Key key = Revocation.key(queue);
        Commit.Builder commit = Commit.builder().guard(Guard.exists(queue));
        return session.commit(
                        over
                                ? commit.update(key, revocation.toBytes()).build()
                                : commit.createOwned(key, revocation.toBytes()).build())
                .handle((result, failure) -> Optional.ofNullable(failure).map(Failures::of))
                .thenCompose(failure -> {
                    if (failure.isEmpty()) {
                        return CompletableFuture.completedFuture(true);
                    }
                    if (failure.get() instanceof KeyExistsException && !over) {
                        return write(session, revocation, true);
                    }
                    boolean changed = failure.get() instanceof NoSuchKeyException
                            || failure.get() instanceof GuardFailedException;
                    return changed
                            ? CompletableFuture.completedFuture(false)
                            : CompletableFuture.failedFuture(failure.get());
                });
    }
}

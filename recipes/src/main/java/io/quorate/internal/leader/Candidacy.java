package io.quorate.internal.leader;

import io.quorate.backend.AccessDeniedException;
import io.quorate.backend.Bytes;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.InsecureConfigurationException;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOwnedHasNoChildrenException;
import io.quorate.backend.Subscription;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.Ticker;
import io.quorate.backend.TicketName;
import io.quorate.backend.TooLargeException;
import io.quorate.internal.Acquisition;
import io.quorate.internal.Client;
import io.quorate.internal.Failures;
import io.quorate.internal.GrantRule;
import io.quorate.internal.Ownership;
import io.quorate.leader.Participant;
import io.quorate.lease.LossCause;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One candidate's way into the queue, again and again: it takes a place, waits, and repeats with growing pauses what failed. How long the
 * candidate leads, and whether it stands again, is the {@link Candidate}'s.
 *
 * <p>Confined to the candidate's serial flow of events, to which it hands whatever happens elsewhere.
 */
final class Candidacy {

    /** The one who stands. Told as part of its own flow of events. */
    interface Candidate {

        /** It leads. It owns the ticket from now on and answers for its release. */
        void elected(Ownership ownership);

        /** A term is over. May be told for a term that it was never elected for. */
        void ended(long term, LossCause cause);

        /** An attempt failed, and another one follows. */
        void retrying(QuorateException failure);

        /** No further attempt can help. */
        void failed(QuorateException cause);

        /** There will be no further session. */
        void clientClosed();
    }

    /** The label of a candidate's ticket. */
    private static final String LABEL = "c";

    private static final Logger log = LoggerFactory.getLogger(Candidacy.class);

    private final Client client;
    private final String what;
    private final Key queue;
    private final Optional<SuspensionPolicy> policy;
    private final Backoff backoff;
    private final Executor flow;
    private final Candidate candidate;
    private final LeadershipObservation observation;
    private volatile @Nullable Attempt current;
    private Subscription pause = () -> {};

    /**
     * Creates a candidacy that does not stand yet.
     *
     * @param what what is stood for, in words
     * @param flow the candidate's serial flow of events
     */
    Candidacy(
            Client client,
            String what,
            String name,
            Key queue,
            Optional<SuspensionPolicy> policy,
            Backoff backoff,
            Executor flow,
            Candidate candidate) {
        this.client = client;
        this.what = what;
        this.queue = queue;
        this.policy = policy;
        this.backoff = backoff;
        this.flow = flow;
        this.candidate = candidate;
        this.observation = new LeadershipObservation(name, client.events());
    }

    /** Takes a place at the end of the queue. */
    void enter() {
        Attempt attempt = new Attempt();
        current = attempt;
        attempt.begin();
    }

    /** Takes a place at the end of the queue after a pause. */
    void enterAfter(Duration delay) {
        Attempt attempt = new Attempt();
        current = attempt;
        repeatAfter(delay, attempt);
    }

    /** Gives up the place, wherever it stands. Has no effect on a term. */
    void leave() {
        Attempt left = current;
        current = null;
        pause.close();
        if (left != null) {
            left.cancel();
        }
    }

    /** Returns whether the place is taken and others are ahead. Callable by any thread. */
    boolean isWaiting() {
        Attempt attempt = current;
        return attempt != null && attempt.isWaiting();
    }

    /** Returns what is known about the reason for not leading, in words. Callable by any thread. */
    String whyNotYet() {
        Attempt attempt = current;
        return attempt == null ? "it does not stand" : attempt.whyNotYet();
    }

    /** Reads the queue. Callable by any thread. */
    CompletableFuture<List<Participant>> participants() {
        return client.sessions()
                .call(session -> session.list(queue, Content.ENTRIES, Read.SYNCED))
                .thenApplyAsync(
                        listing -> listing.entries().stream()
                                .filter(entry ->
                                        TicketName.parse(entry.key().name()).isPresent())
                                .map(Candidacy::participant)
                                .toList(),
                        client.callbackExecutor());
    }

    private static Participant participant(Entry entry) {
        SessionId owner = entry.owner();
        return new Participant(
                entry.optionalValue().map(Bytes::utf8).orElse("(unknown)"),
                owner == null ? new SessionId(0) : owner,
                entry.createRevision(),
                entry.createdAt());
    }

    private void repeatAfter(Duration delay, Attempt attempt) {
        pause = client.after(
                delay,
                () -> flow.execute(() -> {
                    if (current == attempt) {
                        enter();
                    }
                }));
    }

    private void elected(Attempt attempt, Ownership ownership) {
        if (current != attempt) {
            ownership.release();
            return;
        }
        backoff.reset();
        if (!ownership.isHeld()) {
            // Lost on the way here; nobody was told of a term.
            enter();
            return;
        }
        attempt.observe(observation);
        observation.acquired(ownership.token());
        candidate.elected(ownership);
    }

    private void ended(Attempt attempt, long term, LossCause cause) {
        if (attempt.observed) {
            observation.ended(term, cause);
        }
        candidate.ended(term, cause);
    }

    private void failed(Attempt attempt, QuorateException failure) {
        if (current != attempt) {
            return;
        }
        if (failure instanceof SessionClosedException) {
            current = null;
            candidate.clientClosed();
            return;
        }
        if (isFinal(failure)) {
            current = null;
            log.error("Standing for {} failed for good", what, failure);
            observation.failed(failure);
            candidate.failed(failure);
            return;
        }
        Duration delay = backoff.next();
        log.warn("Standing for {} failed and is repeated in {} ms", what, delay.toMillis(), failure);
        observation.retrying(failure, delay);
        candidate.retrying(failure);
        repeatAfter(delay, attempt);
    }

    /** Returns whether the same attempt would fail again for ever. */
    private static boolean isFinal(QuorateException failure) {
        return failure instanceof AccessDeniedException
                || failure instanceof InsecureConfigurationException
                || failure instanceof InvalidKeyException
                || failure instanceof TooLargeException
                || failure instanceof SessionOwnedHasNoChildrenException;
    }

    /** One place in the queue, from the wish for it to the end of the term. */
    private final class Attempt implements Acquisition.Observer {

        private final Acquisition<Ownership> acquisition;
        private CompletableFuture<Ownership> result = new CompletableFuture<>();
        private volatile @Nullable Ticker ticker;
        private volatile long begunNanos;
        private boolean observed;

        Attempt() {
            Acquisition.Request request = new Acquisition.Request(
                    what, queue, LABEL, client.ownerName(), GrantRule.FIRST_ONLY, policy.orElse(null), false);
            this.acquisition = new Acquisition<>(
                            client.sessions(),
                            request,
                            client.callbackExecutor(),
                            Runnable::run,
                            ownership -> ownership.orElseThrow())
                    .observedBy(this);
        }

        void begin() {
            result = acquisition.begin();
            result.whenComplete((ownership, failure) -> flow.execute(() -> {
                if (ownership != null) {
                    elected(this, ownership);
                } else {
                    failed(this, Failures.of(failure));
                }
            }));
        }

        void cancel() {
            result.cancel(false);
        }

        boolean isWaiting() {
            return acquisition.isWaiting();
        }

        String whyNotYet() {
            return acquisition.whyNotYet();
        }

        void observe(LeadershipObservation told) {
            Ticker clock = ticker;
            observed = true;
            if (clock != null) {
                told.queued(clock, begunNanos);
            }
        }

        @Override
        public void began(Session session) {
            if (ticker == null) {
                begunNanos = session.ticker().nanos();
                ticker = session.ticker();
            }
        }

        @Override
        public void ended(long term, LossCause cause) {
            flow.execute(() -> Candidacy.this.ended(this, term, cause));
        }
    }
}

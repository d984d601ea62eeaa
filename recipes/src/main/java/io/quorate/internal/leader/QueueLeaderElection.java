package io.quorate.internal.leader;

import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Subscription;
import io.quorate.internal.Await;
import io.quorate.internal.Client;
import io.quorate.internal.Ownership;
import io.quorate.internal.SerialExecutor;
import io.quorate.leader.AsyncLeaderBody;
import io.quorate.leader.LeaderBody;
import io.quorate.leader.LeaderElection;
import io.quorate.leader.LeaderElectionOptions;
import io.quorate.leader.LeaderElectionState;
import io.quorate.leader.Leadership;
import io.quorate.leader.LeadershipListener;
import io.quorate.leader.Participant;
import io.quorate.lease.LossCause;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An election whose leader is the first ticket of a queue. What the fields hold is written by the {@link #flow} of events alone.
 *
 * <p>A term has two ends, that of the ownership and that of the body, in either order. Whichever comes first brings the other about; what
 * follows the term follows the second.
 */
public final class QueueLeaderElection implements LeaderElection, Candidacy.Candidate {

    private static final Logger log = LoggerFactory.getLogger(QueueLeaderElection.class);

    private final Client client;
    private final String name;
    private final LeaderElectionOptions options;
    private final Duration stopGrace;
    private final BodyRun.Factory bodies;
    private final SerialExecutor flow;
    private final SerialExecutor callbacks;
    private final Candidacy candidacy;
    private final Listeners listeners;
    private final Backoff pauses;
    private final CompletableFuture<Void> bodyEnded = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile ElectionPhase phase = new ElectionPhase.Idle();
    private volatile @Nullable Run current;

    /** Whether {@link #close} was called, which counts from that moment on, whatever the flow of events is at. */
    private volatile boolean closing;

    private Subscription registration = () -> {};
    private @Nullable Term lastTerm;
    private boolean leaving;

    /** What is known of the term that runs. */
    private static final class Run {
        private final Term term;
        private final BodyRun body;
        private Subscription timer = () -> {};
        private boolean lost;
        private boolean ended;
        private boolean abandoned;
        private @Nullable Throwable failure;

        Run(Term term, BodyRun body) {
            this.term = term;
            this.body = body;
        }
    }

    private QueueLeaderElection(
            Client client, String name, Key queue, BodyRun.Factory bodies, LeaderElectionOptions options) {
        this.client = client;
        this.name = name;
        this.options = options;
        this.bodies = bodies;
        this.stopGrace = options.stopGraceFor(client.sessions().sessionTimeout());
        this.flow = new SerialExecutor(what(), Runnable::run);
        this.callbacks = new SerialExecutor(what(), client.callbackExecutor());
        this.listeners = new Listeners(flow, callbacks);
        this.pauses = new Backoff(options.retryDelay(), options.maxRetryDelay());
        this.candidacy = new Candidacy(
                client,
                "the leadership of '" + name + "'",
                name,
                queue,
                options.suspensionPolicy(),
                new Backoff(options.retryDelay(), options.maxRetryDelay()),
                flow,
                this);
    }

    /** Returns the election of the given name, whose candidates are in the given queue, with a body that blocks. */
    public static QueueLeaderElection blocking(
            Client client, String name, Key queue, LeaderBody body, LeaderElectionOptions options) {
        return new QueueLeaderElection(
                client, name, queue, (term, callbacks) -> new BlockingRun(body, term, client.workers()), options);
    }

    /** Returns the election of the given name, whose candidates are in the given queue, with a body that does not block. */
    public static QueueLeaderElection async(
            Client client, String name, Key queue, AsyncLeaderBody body, LeaderElectionOptions options) {
        return new QueueLeaderElection(
                client, name, queue, (term, callbacks) -> new AsyncRun(body, term, callbacks), options);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        if (closing) {
            throw new IllegalStateException(what() + " is closed; create another");
        }
        flow.execute(() -> {
            ElectionPhase next = phase.started();
            if (next != phase) {
                phase = next;
                registration = client.openRecipes().add(this::endBody);
                candidacy.enter();
            }
        });
    }

    @Override
    public boolean hasLeadership() {
        return leadership().isPresent();
    }

    @Override
    public Optional<Leadership> leadership() {
        Run run = current;
        return run != null && run.term.isHeld() ? Optional.of(run.term) : Optional.empty();
    }

    @Override
    public LeaderElectionState state() {
        return phase.visible(candidacy.isWaiting());
    }

    @Override
    public Subscription addListener(LeadershipListener listener) {
        return listeners.add(listener);
    }

    @Override
    public List<Participant> participants() throws InterruptedException {
        client.refuseToWaitOnLane();
        return Await.within(
                client.operationTimeout(),
                client.sessions(),
                participantsAsync(),
                "listing the candidates for '" + name + "'",
                () -> "the backend did not answer");
    }

    @Override
    public CompletableFuture<List<Participant>> participantsAsync() {
        return candidacy.participants();
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        closing = true;
        flow.execute(this::leave);
        return closed.copy();
    }

    @Override
    public void close() {
        closeAsync();
        Run run = current;
        if (client.sessions().isOnLane() || (run != null && run.body.isOnBody())) {
            return;
        }
        try {
            Await.forever(client.sessions(), bodyEnded.copy());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return what();
    }

    @Override
    public void elected(Ownership ownership) {
        if (closing) {
            ownership.release();
            return;
        }
        Term term = new Term(ownership, callbacks);
        lastTerm = term;
        Run run = new Run(term, bodies.create(term, callbacks));
        phase = phase.elected(term);
        current = run;
        listeners.acquired(term);
        run.body.start(failure -> flow.execute(() -> bodyEnded(run, failure)));
        stopInTime(run);
    }

    @Override
    public void ended(long token, LossCause cause) {
        Run run = current;
        if (run == null || run.term.token() != token || run.lost) {
            return;
        }
        run.lost = true;
        stop(run);
        listeners.lost(run.term, cause);
        finishIfOver(run);
    }

    @Override
    public void retrying(QuorateException failure) {
        phase = phase.retrying(failure);
    }

    @Override
    public void failed(QuorateException cause) {
        phase = phase.failed(cause);
        registration.close();
        listeners.failed(cause);
    }

    @Override
    public void clientClosed() {
        closeAsync();
    }

    /** Tells the body to stop before its proof ends. Renewals move that instant, so that it is judged anew each time. */
    private void stopInTime(Run run) {
        if (run.lost || run.ended) {
            return;
        }
        Duration left = run.term.remaining().minus(stopGrace);
        if (left.isNegative() || left.isZero()) {
            stop(run);
        } else {
            run.timer = client.after(left, () -> flow.execute(() -> stopInTime(run)));
        }
    }

    private void stop(Run run) {
        run.timer.close();
        phase = phase.stopping();
        run.term.stop();
        run.body.stop();
    }

    private void bodyEnded(Run run, @Nullable Throwable failure) {
        if (failure != null) {
            log.error("The body of {} failed in term {}", what(), run.term.token(), failure);
        }
        if (run.ended) {
            // Given up on before.
            return;
        }
        run.ended = true;
        run.failure = failure;
        stop(run);
        // The end of the term follows in the flow of events, unless it was there first.
        run.term.release();
        finishIfOver(run);
    }

    private void finishIfOver(Run run) {
        if (!run.lost || !run.ended || current != run) {
            return;
        }
        current = null;
        run.timer.close();
        Optional<Throwable> failure = Optional.ofNullable(run.failure);
        if (leaving) {
            finishLeaving(!run.abandoned);
        } else if (isLastTerm(failure)) {
            phase = phase.over(failure);
            registration.close();
        } else {
            phase = phase.standing(failure);
            candidacy.enterAfter(pauseAfter(failure));
        }
    }

    private boolean isLastTerm(Optional<Throwable> failure) {
        return switch (options.requeue()) {
            case ALWAYS -> false;
            case UNTIL_FAILURE -> failure.isPresent();
            case NEVER -> true;
        };
    }

    /** Returns how long to pause: also after a success, lest a body that returns at once keeps the backend busy. */
    private Duration pauseAfter(Optional<Throwable> failure) {
        if (failure.isEmpty()) {
            pauses.reset();
            return options.retryDelay();
        }
        return pauses.next();
    }

    private void leave() {
        if (leaving) {
            return;
        }
        leaving = true;
        candidacy.leave();
        Run run = current;
        if (run == null) {
            finishLeaving(true);
            return;
        }
        stop(run);
        run.timer = client.after(options.closeGrace(), () -> flow.execute(() -> giveUpOn(run)));
    }

    private void giveUpOn(Run run) {
        if (run.ended) {
            return;
        }
        log.warn(
                "The body of {} did not end within {}; its leadership, term {}, is handed over all the same",
                what(),
                options.closeGrace(),
                run.term.token());
        run.ended = true;
        run.abandoned = true;
        run.term.release();
        finishIfOver(run);
    }

    private void finishLeaving(boolean clean) {
        phase = phase.closed(clean);
        registration.close();
        bodyEnded.complete(null);
        Term last = lastTerm;
        CompletableFuture<Void> given = last == null ? CompletableFuture.completedFuture(null) : last.release();
        given.whenComplete((done, failure) -> closed.complete(null));
    }

    /** Stops the body and waits for its end, but not for the backend. */
    private CompletableFuture<Void> endBody() {
        CompletableFuture<Void> ignored = closeAsync();
        return bodyEnded.copy();
    }

    private String what() {
        return "leader election '" + name + "'";
    }
}

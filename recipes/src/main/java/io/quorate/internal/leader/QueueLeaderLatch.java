package io.quorate.internal.leader;

import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Subscription;
import io.quorate.internal.Await;
import io.quorate.internal.Client;
import io.quorate.internal.Ownership;
import io.quorate.internal.SerialExecutor;
import io.quorate.leader.LeaderLatch;
import io.quorate.leader.LeaderLatchOptions;
import io.quorate.leader.LeaderLatchState;
import io.quorate.leader.Leadership;
import io.quorate.leader.LeadershipListener;
import io.quorate.leader.Participant;
import io.quorate.lease.LossCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A latch whose leader is the first ticket of a queue. What the fields hold is written by the {@link #flow} of events alone. */
public final class QueueLeaderLatch implements LeaderLatch, Candidacy.Candidate {

    private final Client client;
    private final String name;
    private final SerialExecutor flow;
    private final SerialExecutor callbacks;
    private final Candidacy candidacy;
    private final Listeners listeners;
    private final List<CompletableFuture<Leadership>> waiters = new ArrayList<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile LatchPhase phase = new LatchPhase.Idle();

    /** Whether {@link #close} was called, which counts from that moment on, whatever the flow of events is at. */
    private volatile boolean closing;

    private @Nullable Term lastTerm;

    /** Creates the latch of the given name, whose candidates are in the given queue. */
    public QueueLeaderLatch(Client client, String name, Key queue, LeaderLatchOptions options) {
        this.client = client;
        this.name = name;
        this.flow = new SerialExecutor(what(), Runnable::run);
        this.callbacks = new SerialExecutor(what(), client.callbackExecutor());
        this.listeners = new Listeners(flow, callbacks);
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

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        if (closing) {
            throw closedException();
        }
        flow.execute(() -> {
            LatchPhase next = phase.started();
            if (next != phase) {
                phase = next;
                candidacy.enter();
            }
        });
    }

    @Override
    public Leadership await() throws InterruptedException {
        client.refuseToWaitOnLane();
        CompletableFuture<Leadership> waiter = newWaiter();
        try {
            return Await.forever(client.sessions(), waiter);
        } finally {
            forget(waiter);
        }
    }

    @Override
    public Leadership await(Duration atMost) throws InterruptedException {
        client.refuseToWaitOnLane();
        CompletableFuture<Leadership> waiter = newWaiter();
        try {
            return Await.within(
                    atMost,
                    client.sessions(),
                    waiter,
                    "waiting for the leadership of '" + name + "'",
                    candidacy::whyNotYet);
        } finally {
            forget(waiter);
        }
    }

    @Override
    public CompletableFuture<Leadership> awaitAsync() {
        CompletableFuture<Leadership> waiter = newWaiter();
        CompletableFuture<Leadership> result =
                waiter.whenCompleteAsync((leadership, failure) -> {}, client.callbackExecutor());
        result.whenComplete((leadership, failure) -> forget(waiter));
        return result;
    }

    @Override
    public boolean hasLeadership() {
        return leadership().isPresent();
    }

    @Override
    public Optional<Leadership> leadership() {
        return !closing
                        && phase instanceof LatchPhase.Leading leading
                        && leading.term().isHeld()
                ? Optional.of(leading.term())
                : Optional.empty();
    }

    @Override
    public LeaderLatchState state() {
        return closing ? new LeaderLatchState.Closed() : phase.visible(candidacy.isWaiting());
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
    public Optional<Participant> leader() throws InterruptedException {
        return participants().stream().findFirst();
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        closing = true;
        if (phase instanceof LatchPhase.Leading leading) {
            // Given back in the call, since another thread may be at the flow of events for a moment.
            leading.term().release();
        }
        flow.execute(this::leave);
        return closed.copy();
    }

    @Override
    public void close() {
        closeAsync();
    }

    @Override
    public String toString() {
        return what();
    }

    @Override
    public void elected(Ownership ownership) {
        Term term = new Term(ownership, callbacks);
        lastTerm = term;
        phase = phase.elected(term);
        if (closing) {
            // The order to close is next in the flow; nobody was told of this term.
            phase = phase.ended(term.token());
            return;
        }
        listeners.acquired(term);
        List.copyOf(waiters).forEach(waiter -> waiter.complete(term));
        waiters.clear();
    }

    @Override
    public void ended(long token, LossCause cause) {
        LatchPhase before = phase;
        phase = before.ended(token);
        if (phase == before || !(before instanceof LatchPhase.Leading leading)) {
            return;
        }
        leading.term().stop();
        listeners.lost(leading.term(), cause);
        if (!closing) {
            candidacy.enter();
        }
    }

    @Override
    public void retrying(QuorateException failure) {
        phase = phase.retrying(failure);
    }

    @Override
    public void failed(QuorateException cause) {
        phase = phase.failed(cause);
        failWaiters(failedException(cause));
        listeners.failed(cause);
    }

    @Override
    public void clientClosed() {
        closing = true;
        leave();
    }

    private void leave() {
        if (phase instanceof LatchPhase.Closed) {
            return;
        }
        candidacy.leave();
        Term last = lastTerm;
        CompletableFuture<Void> given = last == null ? CompletableFuture.completedFuture(null) : last.release();
        // The end of the term, with its cause, is in the flow by now, but for that of a loss in this very moment.
        flow.execute(() -> {
            if (phase instanceof LatchPhase.Leading leading) {
                ended(leading.term().token(), LossCause.RELEASED);
            }
            phase = phase.closed();
            failWaiters(closedException());
            given.whenComplete((done, failure) -> closed.complete(null));
        });
    }

    private CompletableFuture<Leadership> newWaiter() {
        CompletableFuture<Leadership> waiter = new CompletableFuture<>();
        flow.execute(() -> admit(waiter));
        return waiter;
    }

    private void admit(CompletableFuture<Leadership> waiter) {
        if (closing) {
            waiter.completeExceptionally(closedException());
        } else if (phase instanceof LatchPhase.Failed failed) {
            waiter.completeExceptionally(failedException(failed.cause()));
        } else if (phase instanceof LatchPhase.Idle) {
            waiter.completeExceptionally(new IllegalStateException(what() + " is not started; start it first"));
        } else if (phase instanceof LatchPhase.Leading leading && leading.term().isHeld()) {
            waiter.complete(leading.term());
        } else {
            waiters.add(waiter);
        }
    }

    private void forget(CompletableFuture<Leadership> waiter) {
        flow.execute(() -> waiters.removeIf(other -> other == waiter));
    }

    private void failWaiters(RuntimeException cause) {
        List.copyOf(waiters).forEach(waiter -> waiter.completeExceptionally(cause));
        waiters.clear();
    }

    private IllegalStateException closedException() {
        return new IllegalStateException(what() + " is closed; create another");
    }

    private IllegalStateException failedException(QuorateException cause) {
        return new IllegalStateException(
                what() + " has given up: " + cause.getMessage() + "; remove the cause and create another", cause);
    }

    private String what() {
        return "leader latch '" + name + "'";
    }
}

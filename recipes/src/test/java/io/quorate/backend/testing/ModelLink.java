package io.quorate.backend.testing;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.SessionId;
import io.quorate.backend.testing.ModelBackend.Bug;
import io.quorate.backend.testing.ModelService.SessionRecord;
import io.quorate.backend.testing.ModelService.Welcome;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The client's connection of one session: it opens the session, renews it, notices silence, and comes back after a loss.
 *
 * <p>What arrives is handed to the lane, so that a client that pauses handles it late.
 */
final class ModelLink {

    private static final Duration MIN_MARGIN = Duration.ofMillis(50);
    private static final Duration RECONNECT_DELAY = Duration.ofMillis(20);

    /** What the session does when its connection comes and goes. All of it is called on the lane. */
    interface Owner {
        void onAttached();

        void onDetached();

        void onExpired();

        void onStale();
    }

    private final ModelService service;
    private final VirtualTime time;
    private final Lane lane;
    private final Duration timeout;
    private final Owner owner;
    private @Nullable SessionId id;
    private @Nullable ModelConnection connection;
    private boolean attached;
    private boolean ended;
    private boolean cut;
    private boolean hanging;
    private long seenRevision;
    private long lastHeardNanos;
    private long provenUntilNanos = Long.MIN_VALUE;

    ModelLink(ModelService service, Lane lane, Duration timeout, Owner owner) {
        this.service = service;
        this.time = service.time();
        this.lane = lane;
        this.timeout = timeout;
        this.owner = owner;
    }

    @Nullable
    SessionId id() {
        return id;
    }

    long provenUntilNanos() {
        return provenUntilNanos;
    }

    /** Returns the connection over which requests can be sent, if there is one. */
    @Nullable
    ModelConnection attached() {
        return attached ? connection : null;
    }

    void seen(long revision) {
        seenRevision = Math.max(seenRevision, revision);
    }

    long seenRevision() {
        return seenRevision;
    }

    /** Opens the session; then runs one of the two on the lane. */
    void open(Runnable onAccepted, Runnable onRefused) {
        long sentNanos = time.nowNanos();
        ModelConnection over = new ModelConnection(
                time,
                service.maxLatency(),
                broken -> onLane(() -> {
                    if (id == null) {
                        onRefused.run();
                    } else {
                        lost(broken);
                    }
                }));
        connection = over;
        over.toService(() -> {
            if (!service.isRunning()) {
                over.breakUp();
                return;
            }
            SessionId given = service.openSession(over, timeout, this::sendExpiry).id;
            fromService(over, () -> {
                id = given;
                attached = true;
                prove(sentNanos);
                renew();
                onAccepted.run();
            });
        });
    }

    /** Sends something that the service handles if the session still lives and this is still its connection. */
    void send(ModelConnection over, Consumer<SessionRecord> request) {
        over.toService(() -> {
            SessionRecord record = service.heard(over, requireNonNull(id));
            if (record != null) {
                request.accept(record);
            }
        });
    }

    /** Sends something back; called at the service. */
    void fromService(ModelConnection over, Runnable message) {
        over.toClient(() -> {
            lastHeardNanos = time.nowNanos();
            if (service.has(Bug.LANE_IS_BYPASSED) && id != null && !ended) {
                message.run();
            } else {
                onLane(message);
            }
        });
    }

    /** Runs something on the lane, unless the session has ended by then. */
    void onLane(Runnable task) {
        if (lane.isShutdown()) {
            return;
        }
        lane.execute(() -> {
            if (!ended) {
                task.run();
            }
        });
    }

    /** Lets go of the connection for good. */
    void end() {
        ended = true;
        attached = false;
        ModelConnection over = connection;
        if (over != null) {
            over.abandon();
            service.onBroken(over);
        }
    }

    // ---------------------------------------------------------------- proof

    private void renew() {
        if (ended) {
            return;
        }
        ModelConnection over = connection;
        if (attached && over != null) {
            if (time.nowNanos() - lastHeardNanos > timeout.toNanos() * 2 / 3) {
                time.note(lane + " hears nothing and gives the connection up");
                over.abandon();
                lost(over);
            } else {
                sendRenewal(over);
            }
        }
        lane.schedule(this::renew, timeout.dividedBy(5));
    }

    private void sendRenewal(ModelConnection over) {
        long sentNanos = time.nowNanos();
        send(over, record -> fromService(over, () -> renewed(sentNanos)));
    }

    /** Counts what was sent at an instant, and has been confirmed, as a renewal. */
    void renewed(long sentNanos) {
        if (!service.has(Bug.PROOF_IS_NOT_RENEWED)) {
            prove(sentNanos);
        }
    }

    private void prove(long sentNanos) {
        long base = service.has(Bug.PROOF_COUNTS_FROM_THE_REPLY) ? time.nowNanos() : sentNanos;
        long length = timeout.toNanos();
        long margin = Math.max(MIN_MARGIN.toNanos(), length / 50);
        long until = base + length - length / 500 - margin;
        provenUntilNanos = Math.max(provenUntilNanos, service.has(Bug.PROOF_HAS_NO_MARGIN) ? base + length : until);
    }

    // ---------------------------------------------------------------- coming back

    private void lost(ModelConnection over) {
        if (over != connection) {
            return;
        }
        boolean wasAttached = attached;
        attached = false;
        connection = null;
        if (wasAttached) {
            owner.onDetached();
        }
        if (!ended) {
            lane.schedule(this::connect, RECONNECT_DELAY);
        }
    }

    private void connect() {
        if (ended || connection != null) {
            return;
        }
        long sentNanos = time.nowNanos();
        ModelConnection over = new ModelConnection(time, service.maxLatency(), broken -> onLane(() -> lost(broken)));
        connection = over;
        if (hanging) {
            over.hang();
        }
        over.toService(() -> {
            if (!service.isRunning()) {
                over.breakUp();
                return;
            }
            Welcome welcome = service.attach(over, requireNonNull(id), seenRevision, this::sendExpiry);
            fromService(over, () -> welcomed(over, welcome, sentNanos));
        });
        if (cut) {
            over.breakUp();
        }
        lane.schedule(() -> giveUpUnlessAttached(over), timeout.dividedBy(3));
    }

    private void giveUpUnlessAttached(ModelConnection over) {
        if (!ended && connection == over && !attached) {
            over.abandon();
            lost(over);
        }
    }

    private void welcomed(ModelConnection over, Welcome welcome, long sentNanos) {
        if (connection != over) {
            return;
        }
        switch (welcome) {
            case ATTACHED -> {
                attached = true;
                prove(sentNanos);
                owner.onAttached();
            }
            case EXPIRED -> owner.onExpired();
            case STALE -> {
                over.abandon();
                owner.onStale();
                lost(over);
            }
        }
    }

    private void sendExpiry(ModelConnection over) {
        fromService(over, owner::onExpired);
    }

    // ---------------------------------------------------------------- faults

    void cut() {
        cut = true;
        breakUp();
    }

    void hang() {
        hanging = true;
        ModelConnection over = connection;
        if (over != null) {
            over.hang();
        }
    }

    void restore() {
        cut = false;
        hanging = false;
        ModelConnection over = connection;
        if (over != null) {
            over.resume();
        }
    }

    void breakUp() {
        ModelConnection over = connection;
        if (over != null) {
            over.breakUp();
            service.onBroken(over);
        }
    }
}

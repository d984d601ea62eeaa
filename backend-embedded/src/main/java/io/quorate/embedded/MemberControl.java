package io.quorate.embedded;

import io.quorate.embedded.member.EnsembleLoop;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.session.FrontEnd;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What callers do to single members: each request is handed to the loop that drives them, and waited for. Safe for use by many
 * threads; an interrupt does not end a wait, and is kept for the caller.
 */
final class MemberControl {

    private static final Duration LOOP_LIMIT = Duration.ofSeconds(30);
    private static final long RELEASE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final EnsembleMembers members;
    private final FrontEnd frontEnd;
    private final EnsembleLoop loop;
    private final BooleanSupplier isRunning;
    private final EnsembleConfig config;
    private final LongSupplier nanoTime;

    MemberControl(
            EnsembleMembers members,
            FrontEnd frontEnd,
            EnsembleLoop loop,
            BooleanSupplier isRunning,
            EnsembleConfig config,
            LongSupplier nanoTime) {
        this.members = members;
        this.frontEnd = frontEnd;
        this.loop = loop;
        this.isRunning = isRunning;
        this.config = config;
        this.nanoTime = nanoTime;
    }

    void start(int id) {
        check(id);
        run(() -> members.start(id));
    }

    /** Stops a member in good order and waits until it has released what it held. */
    void stop(int id) {
        end(id, () -> members.member(id).ifPresent(Member::stop));
    }

    /** Ends a member without a farewell and waits until it has released what it held. */
    void kill(int id) {
        end(id, () -> members.member(id).ifPresent(Member::kill));
    }

    void pause(int id) {
        check(id);
        run(() -> members.pause(id));
    }

    void resume(int id) {
        check(id);
        run(() -> members.resume(id));
    }

    private void check(int id) {
        int size = config.members();
        if (id < 1 || id > size) {
            throw new IllegalArgumentException(
                    "there is no member " + id + "; the ids are " + (size == 1 ? "1 only" : "1 to " + size));
        }
        if (!isRunning.getAsBoolean()) {
            throw new IllegalStateException(
                    "the ensemble is not running; start it first, or another one if it was closed");
        }
    }

    private void end(int id, Runnable how) {
        check(id);
        run(how);
        awaitReleased(id);
        run(() -> members.clear(id));
    }

    private void awaitReleased(int id) {
        long limit = nanoTime.getAsLong() + config.startTimeout().toNanos();
        boolean interrupted = false;
        try {
            while (!onLoop(() -> members.isReleased(id))) {
                if (nanoTime.getAsLong() - limit > 0) {
                    throw new IllegalStateException("member " + id + " has not released its storage within "
                            + config.startTimeout() + "; look at its disk, then call again");
                }
                LockSupport.parkNanos(this, RELEASE_POLL_NANOS);
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run(Runnable task) {
        boolean unused = onLoop(() -> {
            task.run();
            return true;
        });
    }

    /** Runs something as the members do, one at a time, and returns its result. */
    <T> T onLoop(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        frontEnd.submit(() -> {
            try {
                result.complete(task.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        loop.help();
        return await(result);
    }

    private <T> T await(CompletableFuture<T> result) {
        long limit = nanoTime.getAsLong() + LOOP_LIMIT.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get(limit - nanoTime.getAsLong(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    loop + " did not answer within " + LOOP_LIMIT + ": something holds it up; a thread dump tells what",
                    e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

package io.quorate.remote.testing;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The proxy's one thread: everything it forwards, counts and breaks happens here, in one order.
 *
 * <p>All state is confined to that thread, except the queue of commands.
 */
final class ProxyLoop implements Runnable {
    /** How long nothing may pass before the proxy counts as quiet: time enough for a client to answer what it was sent. */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    /**
     * How long a reply is held while somebody counts. A server on the same machine may answer the first of two requests
     * sent back to back before the second was written; with the hold, it cannot seem as if the client had waited.
     */
    private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Quiet is what follows the question, so that a client has the time to send what it was told to before. */
    private record QuietWaiter(long sinceNanos, long deadlineNanos, CompletableFuture<Void> quiet) {}

    private final Selector selector;
    private final ServerSocketChannel listener;
    private final SocketAddress server;
    /** Guarded by itself, together with {@link #ended}; polled without, since only the loop's thread takes. */
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();

    private final List<ProxiedConnection> connections = new ArrayList<>();
    private final List<CutTrigger> triggers = new ArrayList<>();
    private final List<Recording> recordings = new ArrayList<>();
    private final List<QuietWaiter> quietWaiters = new ArrayList<>();
    private final long originNanos = System.nanoTime();

    private Predicate<Frame> uncounted = frame -> false;
    private int accepted;
    private boolean refusing;
    private boolean hanging;
    private boolean losingReplies;
    private long delayNanos;
    private long lastPassedNanos;
    private @Nullable RuntimeException defect;
    private boolean ended;
    private volatile boolean stopped;

    ProxyLoop(Selector selector, ServerSocketChannel listener, SocketAddress server) {
        this.selector = selector;
        this.listener = listener;
        this.server = server;
    }

    /**
     * Hands an action to the proxy's thread.
     *
     * @throws IllegalStateException if the loop has ended; the action will not run
     */
    void execute(Runnable command) {
        synchronized (commands) {
            if (ended) {
                throw closedProxy();
            }
            commands.add(command);
        }
        selector.wakeup();
    }

    void stop() {
        stopped = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        try (selector;
                listener) {
            while (!stopped) {
                selector.select(this::ready, millisToNextEvent());
                runCommands();
                new ArrayList<>(connections).forEach(this::advance);
                connections.removeIf(ProxiedConnection::isClosed);
                settleQuietWaiters();
            }
        } catch (IOException e) {
            throw new IllegalStateException("the proxy's selector failed", e);
        } finally {
            synchronized (commands) {
                ended = true;
            }
            runCommands();
            connections.forEach(ProxiedConnection::close);
            triggers.forEach(trigger -> trigger.struck().cancel(false));
            quietWaiters.forEach(waiter -> waiter.quiet().completeExceptionally(closedProxy()));
        }
    }

    private void runCommands() {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
    }

    private long millisToNextEvent() {
        long next = Long.MAX_VALUE;
        if (!hanging) {
            for (ProxiedConnection connection : connections) {
                next = Math.min(next, connection.nextDueNanos());
            }
        }
        for (QuietWaiter waiter : quietWaiters) {
            next = Math.min(next, isQuiet() ? quietSince(waiter) + QUIET_NANOS : waiter.deadlineNanos());
        }
        if (next == Long.MAX_VALUE) {
            return 0;
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(next - nowNanos()) + 1);
    }

    private void ready(SelectionKey key) {
        if (key.channel() == listener) {
            accept();
        } else {
            ProxiedConnection connection = (ProxiedConnection) key.attachment();
            guarded(connection, () -> connection.ready(key));
        }
    }

    private void advance(ProxiedConnection connection) {
        guarded(connection, () -> connection.advance(hanging));
    }

    private interface Action {
        void run() throws IOException;
    }

    /** Whatever goes wrong on a connection ends that connection alone. */
    private void guarded(ProxiedConnection connection, Action action) {
        try {
            action.run();
        } catch (IOException | CancelledKeyException e) {
            connection.close();
        } catch (RuntimeException e) {
            defect = e;
            connection.close();
        }
    }

    private void accept() {
        try {
            SocketChannel client = listener.accept();
            if (client == null) {
                return;
            }
            if (refusing) {
                client.close();
                return;
            }
            ProxiedConnection connection = new ProxiedConnection(this, client, selector, ++accepted);
            connections.add(connection);
            touch();
            if (!hanging) {
                guarded(connection, () -> connection.connect(server, selector));
            }
        } catch (IOException e) {
            // The client gave up between its connect and our accept; there is nothing to proxy.
            touch();
        }
    }

    private void settleQuietWaiters() {
        if (quietWaiters.isEmpty()) {
            return;
        }
        boolean quiet = isQuiet();
        for (Iterator<QuietWaiter> waiters = quietWaiters.iterator(); waiters.hasNext(); ) {
            QuietWaiter waiter = waiters.next();
            if (quiet && nowNanos() - quietSince(waiter) >= QUIET_NANOS) {
                waiters.remove();
                waiter.quiet().complete(null);
            } else if (nowNanos() >= waiter.deadlineNanos()) {
                waiters.remove();
                waiter.quiet()
                        .completeExceptionally(
                                new IllegalStateException("the proxy did not become quiet: " + connections));
            }
        }
    }

    private long quietSince(QuietWaiter waiter) {
        return Math.max(lastPassedNanos, waiter.sinceNanos());
    }

    private boolean isQuiet() {
        return connections.stream().allMatch(ProxiedConnection::isQuiet);
    }

    private void touch() {
        lastPassedNanos = nowNanos();
    }

    // What connections ask and tell.

    /** Nanoseconds since the loop was made, so that instants can be compared without regard to overflow. */
    long nowNanos() {
        return System.nanoTime() - originNanos;
    }

    long requestDueNanos() {
        return nowNanos() + delayNanos;
    }

    long replyDueNanos() {
        return nowNanos() + (recordings.isEmpty() ? delayNanos : Math.max(delayNanos, HOLD_NANOS));
    }

    boolean losesReplies() {
        return losingReplies;
    }

    boolean isCounted(Frame frame) {
        return frame.op() != Operation.PING && !uncounted.test(frame);
    }

    @Nullable
    CutTrigger triggeredBy(Frame frame) {
        triggers.removeIf(trigger -> trigger.struck().isDone());
        for (Iterator<CutTrigger> armed = triggers.iterator(); armed.hasNext(); ) {
            CutTrigger trigger = armed.next();
            if (matches(trigger, frame)) {
                armed.remove();
                return trigger;
            }
        }
        return null;
    }

    /** A predicate that throws has failed its test; it is not asked again, so that the clients can go on to the end. */
    private static boolean matches(CutTrigger trigger, Frame frame) {
        try {
            return trigger.matches().test(frame);
        } catch (RuntimeException e) {
            trigger.struck().completeExceptionally(e);
            throw e;
        }
    }

    void passed(Frame frame) {
        touch();
        recordings.forEach(recording -> recording.passed(frame));
    }

    void closed() {
        touch();
    }

    // What the proxy's owner asks for; each runs as a command.

    void leaveOut(Predicate<Frame> frames) {
        uncounted = frames;
    }

    void arm(CutTrigger trigger) {
        triggers.add(trigger);
    }

    void record(Recording recording) {
        recordings.add(recording);
    }

    boolean stopRecording(Recording recording) {
        return recordings.remove(recording);
    }

    int openConnections() {
        return (int) connections.stream()
                .filter(connection -> !connection.isClosed())
                .count();
    }

    void delay(long nanos) {
        delayNanos = nanos;
    }

    void cut() {
        refusing = true;
        dropConnections();
    }

    void dropConnections() {
        connections.forEach(ProxiedConnection::close);
    }

    void loseReplies() {
        losingReplies = true;
    }

    /** A connection that lost a reply cannot go on: its client would see later replies out of order. */
    void restore() {
        refusing = false;
        losingReplies = false;
        connections.stream().filter(ProxiedConnection::missesReplies).forEach(ProxiedConnection::close);
    }

    void hang() {
        hanging = true;
    }

    void resume() {
        hanging = false;
        for (ProxiedConnection connection : connections) {
            if (!connection.isClosed() && connection.isUnconnected()) {
                guarded(connection, () -> connection.connect(server, selector));
            }
        }
    }

    void whenQuiet(long timeoutNanos, CompletableFuture<Void> quiet) {
        quietWaiters.add(new QuietWaiter(nowNanos(), nowNanos() + timeoutNanos, quiet));
    }

    /** What a test's predicate or the proxy itself threw while a frame passed, if anything. */
    @Nullable
    RuntimeException defect() {
        return defect;
    }

    static IllegalStateException closedProxy() {
        return new IllegalStateException("the proxy is closed");
    }
}

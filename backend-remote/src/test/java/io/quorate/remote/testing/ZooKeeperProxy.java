package io.quorate.remote.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A proxy on the loopback interface between ZooKeeper clients and one server address, which reads the client protocol:
 * it counts what clients send, and breaks connections at the moment a test chooses.
 *
 * <p>A fault holds for every connection of the proxy; a test that wants to cut off one of two clients gives each a proxy of
 * its own. A fault is in force when the method that calls for it returns, and calling for it twice is the same as once.
 * A connection that sends what is not the protocol is closed; the others do not notice. The server need not be up: clients
 * are disconnected until it is.
 *
 * <p>Each proxy has one thread, which all forwarding and counting happens on, and which also calls the predicates a test
 * supplies and completes the futures it gets; these must not block or call the proxy. All methods may be called from any
 * other thread.
 */
public final class ZooKeeperProxy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final InetSocketAddress address;
    private final ProxyLoop loop;
    private final Thread thread;

    private ZooKeeperProxy(InetSocketAddress address, ProxyLoop loop) {
        this.address = address;
        this.loop = loop;
        this.thread = new Thread(loop, "zookeeper-proxy-" + address.getPort());
    }

    /** An action under measurement; unlike {@link Runnable} it may throw. */
    @FunctionalInterface
    public interface Step {
        void run() throws Exception;
    }

    /** A running proxy for the server at {@code server}, on a free loopback port. */
    public static ZooKeeperProxy start(InetSocketAddress server) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            listener.configureBlocking(false);
            Selector selector = Selector.open();
            listener.register(selector, SelectionKey.OP_ACCEPT);
            InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
            ZooKeeperProxy proxy = new ZooKeeperProxy(address, new ProxyLoop(selector, listener, server));
            proxy.thread.setDaemon(true);
            proxy.thread.start();
            return proxy;
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    /** Where clients connect to. */
    public InetSocketAddress address() {
        return address;
    }

    /** Where clients connect to, as ZooKeeper's and Curator's constructors take it. */
    public String connectString() {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** The number of client connections that are open now. */
    public int connections() {
        return call(loop::openConnections);
    }

    // Counting.

    /**
     * Leaves the frames that match out of all counts, traces and notions of quiet, for example an adapter's own renewals of
     * its session. Pings are always left out. A reply goes with its request. The last call holds.
     */
    public void leaveOut(Predicate<Frame> frames) {
        run(() -> loop.leaveOut(frames));
    }

    /** Leaves out writes and checks that touch nothing but nodes at or below {@code root}; see {@link #leaveOut}. */
    public void leaveOutWritesUnder(String root) {
        leaveOut(frame -> frame.op().isWrite() && frame.liesUnder(root));
    }

    /**
     * Waits until the proxy is quiet, and counts from then on.
     *
     * <p>While a count is in progress every reply and notification is held for some 20 ms before it reaches the client, so
     * that two requests sent back to back are seen as that, however fast the server is.
     *
     * @throws IllegalStateException if the proxy does not become quiet within 10 s
     */
    public Recording startCounting() {
        awaitQuiet();
        Recording recording = new Recording(this);
        run(() -> loop.record(recording));
        return recording;
    }

    /** Counts what {@code step} causes, from its start until the proxy is quiet after its end. */
    public Counts measure(Step step) throws Exception {
        Recording recording = startCounting();
        try {
            step.run();
        } catch (Exception | Error e) {
            run(() -> loop.stopRecording(recording));
            throw e;
        }
        return recording.stop();
    }

    Counts stop(Recording recording) {
        try {
            awaitQuiet();
            return call(() -> counts(recording));
        } finally {
            run(() -> loop.stopRecording(recording));
        }
    }

    Counts soFar(Recording recording) {
        return call(recording::counts);
    }

    private Counts counts(Recording recording) {
        if (!loop.stopRecording(recording)) {
            throw new IllegalStateException("the recording was stopped before");
        }
        return recording.counts();
    }

    /**
     * Waits until every counted request was answered, everything received was passed on, and then nothing to be counted
     * passed for some 40 ms, the time a client needs to answer what it got.
     *
     * @throws IllegalStateException if that does not happen within 10 s; the message names the unanswered requests
     */
    public void awaitQuiet() {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        run(() -> loop.whenQuiet(PATIENCE.toNanos(), quiet));
        await(quiet);
    }

    // Faults.

    /** Drops all connections and every new one, until {@link #restore()}. */
    public void cut() {
        run(loop::cut);
    }

    /** Drops the connections there are; new ones are accepted. */
    public void dropConnections() {
        run(loop::dropConnections);
    }

    /**
     * Loses everything servers send, while requests still reach them, until {@link #restore()}: a client's session lives on
     * and its writes are committed, but it hears of nothing. No request forwarded in that time is ever answered.
     */
    public void cutReplies() {
        run(loop::loseReplies);
    }

    /**
     * Ends {@link #cut()} and {@link #cutReplies()}. A connection that forwarded or lost something while replies were being
     * lost is dropped.
     */
    public void restore() {
        run(loop::restore);
    }

    /**
     * Reads nothing and forwards nothing, while connections stay open and new ones are accepted, until {@link #resume()}:
     * the peers see silence.
     */
    public void hang() {
        run(loop::hang);
    }

    /** Ends {@link #hang()}; what was held up is forwarded. */
    public void resume() {
        run(loop::resume);
    }

    /**
     * Delivers every frame received from now on this much later than it was received, in each direction, and so adds twice
     * the delay to a round trip. Frames are not slowed down by each other. Zero ends the delay.
     */
    public void delay(Duration eachWay) {
        if (eachWay.isNegative()) {
            throw new IllegalArgumentException("a delay cannot be negative: " + eachWay);
        }
        run(() -> loop.delay(eachWay.toNanos()));
    }

    /**
     * Forwards the next request that matches, waits for the server's reply, and then drops that connection instead of
     * delivering the reply: the client cannot know whether its request was carried out, and it was. Replies to earlier
     * requests are delivered before.
     *
     * @return completed with the lost reply when the connection was dropped, or with what the predicate threw; cancelling it
     *     disarms the fault. The proxy cancels it when it is closed
     */
    public CompletableFuture<Frame> cutAfterRequest(Predicate<Frame> request) {
        return arm(request, CutTrigger.Moment.AFTER_REQUEST);
    }

    /**
     * Drops the connection of the next request that matches instead of forwarding it: the client cannot know whether its
     * request was carried out, and it was not. Earlier requests are forwarded before.
     *
     * @return completed with the lost request when the connection was dropped, or with what the predicate threw; cancelling
     *     it disarms the fault. The proxy cancels it when it is closed
     */
    public CompletableFuture<Frame> cutBeforeRequest(Predicate<Frame> request) {
        return arm(request, CutTrigger.Moment.BEFORE_REQUEST);
    }

    private CompletableFuture<Frame> arm(Predicate<Frame> request, CutTrigger.Moment moment) {
        CompletableFuture<Frame> struck = new CompletableFuture<>();
        run(() -> loop.arm(new CutTrigger(request, moment, struck)));
        return struck;
    }

    /**
     * Closes all sockets and waits for the proxy's thread to end. Closing twice is fine; any other call on a closed proxy
     * throws {@link IllegalStateException}.
     *
     * @throws IllegalStateException if something other than a connection went wrong while the proxy ran, for example in a
     *     test's predicate
     */
    @Override
    public void close() {
        loop.stop();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (loop.defect() != null) {
            throw new IllegalStateException("the proxy could not do its work", loop.defect());
        }
    }

    private void run(Runnable action) {
        call(() -> {
            action.run();
            return true;
        });
    }

    private <T> T call(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return await(answer);
    }

    private static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the proxy's thread is blocked or dead", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the proxy", e);
        }
    }
}

package io.quorate.remote.testing;

import io.quorate.remote.testing.CutTrigger.Moment;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A client's connection and the one to the server it is joined to. Confined to the proxy's thread. */
final class ProxiedConnection {
    /** A request that has no reply yet. */
    private record Exchange(
            Frame request, boolean counted, @Nullable CutTrigger cutAtReply) {}

    private final ProxyLoop loop;
    private final SocketChannel client;
    private final SelectionKey clientKey;
    private final FrameDecoder decoder;
    private final int number;
    private final FrameReader fromClient = new FrameReader();
    private final FrameReader fromServer = new FrameReader();
    private final Lane toServer = new Lane();
    private final Lane toClient = new Lane();
    private final Deque<Exchange> unanswered = new ArrayDeque<>();
    private @Nullable SocketChannel server;
    private @Nullable SelectionKey serverKey;
    private boolean clientGreeted;
    private boolean serverGreeted;
    private boolean clientDone;
    private boolean serverDone;
    private boolean missesReplies;
    private boolean closed;
    private int undelivered;

    ProxiedConnection(ProxyLoop loop, SocketChannel client, Selector selector, int number) throws IOException {
        this.loop = loop;
        this.client = client;
        this.number = number;
        this.decoder = new FrameDecoder(number);
        client.configureBlocking(false);
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        this.clientKey = client.register(selector, 0, this);
    }

    /** Begins to connect to the server; the client is not read before that has succeeded. */
    void connect(SocketAddress address, Selector selector) throws IOException {
        SocketChannel channel = SocketChannel.open();
        server = channel;
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        serverKey = channel.register(selector, SelectionKey.OP_CONNECT, this);
        if (channel.connect(address)) {
            serverKey.interestOps(0);
        }
    }

    /** Whether {@link #connect} was not called yet. */
    boolean isUnconnected() {
        return server == null;
    }

    /** Acts on what the selector found. */
    void ready(SelectionKey key) throws IOException {
        SocketChannel peer = server;
        if (closed || peer == null) {
            return;
        }
        if (key.isConnectable()) {
            peer.finishConnect();
        }
        if (key.isReadable() && key == clientKey && !fromClient.readFrom(client, this::clientSent)) {
            clientDone = true;
            toServer.appendAction(loop.nowNanos(), this::close);
        }
        if (!closed && key.isReadable() && key == serverKey && !fromServer.readFrom(peer, this::serverSent)) {
            serverDone = true;
            toClient.appendAction(loop.nowNanos(), this::close);
        }
    }

    /** Delivers what is due in both directions, and tells the selector what to wait for. */
    void advance(boolean hanging) throws IOException {
        SocketChannel peer = server;
        if (closed || peer == null || serverKey == null || !peer.isConnected()) {
            return;
        }
        if (!hanging) {
            toServer.deliver(peer, loop.nowNanos());
            toClient.deliver(client, loop.nowNanos());
        }
        if (!closed) {
            clientKey.interestOps(interest(hanging, clientDone, toClient));
            serverKey.interestOps(interest(hanging, serverDone, toServer));
        }
    }

    private static int interest(boolean hanging, boolean done, Lane outgoing) {
        if (hanging) {
            return 0;
        }
        return (done ? 0 : SelectionKey.OP_READ) | (outgoing.isSocketFull() ? SelectionKey.OP_WRITE : 0);
    }

    long nextDueNanos() {
        return Math.min(toServer.nextDueNanos(), toClient.nextDueNanos());
    }

    private void clientSent(byte[] body) throws IOException {
        if (clientDone) {
            return;
        }
        Frame frame = clientGreeted ? decoder.request(body) : decoder.connectRequest(body);
        clientGreeted = true;
        missesReplies |= loop.losesReplies();
        CutTrigger trigger = loop.triggeredBy(frame);
        boolean counted = loop.isCounted(frame);
        if (counted) {
            undelivered++;
            loop.passed(frame);
        }
        if (trigger != null && trigger.moment() == Moment.BEFORE_REQUEST) {
            clientDone = true;
            toServer.appendAction(loop.requestDueNanos(), () -> cut(trigger.struck(), frame));
            return;
        }
        unanswered.add(new Exchange(frame, counted, trigger));
        toServer.append(body, loop.requestDueNanos(), () -> {});
    }

    private void serverSent(byte[] body) throws IOException {
        if (serverDone) {
            return;
        }
        if (!serverGreeted) {
            serverGreeted = true;
            answered(unanswered.poll(), decoder.connectReply(body), body);
            return;
        }
        Exchange[] ended = new Exchange[1];
        Frame frame = decoder.reply(body, xid -> {
            ended[0] = take(xid);
            return ended[0].request();
        });
        answered(ended[0], frame, body);
    }

    /** Passes on what the server sent; a notification ends no exchange. */
    private void answered(@Nullable Exchange exchange, Frame frame, byte[] body) {
        CutTrigger trigger = exchange == null ? null : exchange.cutAtReply();
        if (trigger != null) {
            serverDone = true;
            toClient.appendAction(loop.replyDueNanos(), () -> cut(trigger.struck(), frame));
        } else if (loop.losesReplies()) {
            missesReplies = true;
        } else {
            boolean counted = exchange == null ? loop.isCounted(frame) : exchange.counted();
            toClient.append(body, loop.replyDueNanos(), () -> delivered(frame, counted));
        }
    }

    private Exchange take(int xid) throws MalformedFrameException {
        for (Iterator<Exchange> exchanges = unanswered.iterator(); exchanges.hasNext(); ) {
            Exchange exchange = exchanges.next();
            if (exchange.request().xid() == xid) {
                exchanges.remove();
                return exchange;
            }
        }
        throw new MalformedFrameException("a reply to xid " + xid + ", which the client did not send");
    }

    private void delivered(Frame reply, boolean counted) {
        if (counted) {
            undelivered -= reply.op() == Operation.NOTIFICATION ? 0 : 1;
            loop.passed(reply);
        }
    }

    private void cut(CompletableFuture<Frame> struck, Frame lost) {
        close();
        struck.complete(lost);
    }

    /** Whether something was sent or lost while replies were being lost; a reply still underway then counts as lost. */
    boolean missesReplies() {
        return missesReplies;
    }

    /** Whether every counted request was answered and everything that was received was passed on. */
    boolean isQuiet() {
        return undelivered == 0 && toServer.isEmpty() && toClient.isEmpty() && (server == null || server.isConnected());
    }

    boolean isClosed() {
        return closed;
    }

    /** Closes both sockets; what was not delivered is lost. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        toServer.clear();
        toClient.clear();
        closeQuietly(client);
        if (server != null) {
            closeQuietly(server);
        }
        loop.closed();
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // A socket that cannot be closed properly is as gone as one that can.
        }
    }

    @Override
    public String toString() {
        return "connection " + number + ", waiting for "
                + unanswered.stream()
                        .filter(Exchange::counted)
                        .map(Exchange::request)
                        .toList();
    }
}

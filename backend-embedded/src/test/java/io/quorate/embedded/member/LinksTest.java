package io.quorate.embedded.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.transport.Transport;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What waits behind a snapshot that is being read, and what does not. */
class LinksTest {

    private static final long CONNECTION = 3;

    private final List<PeerMessage> sent = new ArrayList<>();
    private final Links links = new Links(new Recorded());

    private final class Recorded implements Transport {
        @Override
        public void open(Runnable onArrival) {}

        @Override
        public @Nullable Arrival poll() {
            return null;
        }

        @Override
        public void send(long connection, PeerMessage message) {
            sent.add(message);
        }

        @Override
        public void close(long connection) {}

        @Override
        public void reconnect() {}

        @Override
        public void shutdown() {}
    }

    @Test
    void heartbeatsDoNotWaitForASnapshotThatIsBeingRead() {
        PeerMessage ping = new PeerMessage.Protocol(new Message.Ping(1, 1));
        PeerMessage pong = new PeerMessage.Protocol(new Message.Pong(1, 1));
        PeerMessage commit = new PeerMessage.Protocol(new Message.Commit(1, 9));
        PeerMessage content = new PeerMessage.SnapshotContent(new LogPoint(1, 1, 1), List.of());
        links.up(2, CONNECTION);
        links.holdBack(CONNECTION);
        links.send(CONNECTION, commit);
        links.send(CONNECTION, ping);
        links.send(CONNECTION, pong);
        assertThat(sent).containsExactly(ping, pong);
        links.release(CONNECTION, List.of(content));
        assertThat(sent).containsExactly(ping, pong, content, commit);
    }
}

package io.quorate.embedded.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes through a proxy arrives as long as nothing disturbs it, and only then. */
@Timeout(60)
class TcpProxyTest {

    private static final int SILENCE_MILLIS = 200;

    private final ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    private final TcpProxy proxy = new TcpProxy(server.getLocalPort());
    private Socket client = new Socket();
    private Socket member = new Socket();

    TcpProxyTest() throws IOException {}

    @BeforeEach
    void connect() throws IOException {
        client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        member = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        member.close();
        proxy.close();
        server.close();
    }

    private static void send(Socket from, int octet) throws IOException {
        from.getOutputStream().write(octet);
    }

    private static int receive(Socket at) throws IOException {
        at.setSoTimeout(0);
        return at.getInputStream().read();
    }

    private static void assertSilent(Socket at) throws IOException {
        at.setSoTimeout(SILENCE_MILLIS);
        assertThatThrownBy(() -> at.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void bytesGoBothWays() throws IOException {
        send(client, 1);
        assertThat(receive(member)).isEqualTo(1);
        send(member, 2);
        assertThat(receive(client)).isEqualTo(2);
    }

    @Test
    void oneWayIsHeldBackAndTheOtherIsNot() throws IOException {
        proxy.forth().hold(true);
        send(client, 1);
        assertSilent(member);
        send(member, 2);
        assertThat(receive(client)).isEqualTo(2);
        proxy.forth().hold(false);
        assertThat(receive(member)).isEqualTo(1);
    }

    @Test
    void connectionThatIsMadeMeanwhileIsSilent() throws IOException {
        proxy.forth().hold(true);
        try (Socket other = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            send(other, 1);
            assertSilent(other);
            proxy.forth().hold(false);
            try (Socket arrived = server.accept()) {
                assertThat(receive(arrived)).isEqualTo(1);
            }
        }
    }

    @Test
    void cutIsHeardOfAtBothEnds() throws IOException {
        send(client, 1);
        assertThat(receive(member)).isEqualTo(1);
        proxy.cut();
        assertThat(receiveOrEnd(member)).isEqualTo(-1);
        assertThat(receiveOrEnd(client)).isEqualTo(-1);
    }

    @Test
    void nobodyConnectsWhileItRefuses() throws IOException {
        proxy.refuse(true);
        try (Socket other = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            assertThat(receiveOrEnd(other)).isEqualTo(-1);
        }
    }

    /** A reset is an end as well. */
    private static int receiveOrEnd(Socket at) {
        try {
            return receive(at);
        } catch (IOException e) {
            return -1;
        }
    }
}

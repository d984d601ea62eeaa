package io.quorate.embedded.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.transport.Transport;
import io.quorate.embedded.transport.Transport.Arrival;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keeps the contract of a transport whatever is cut and delayed: in order, without a hole, and then closed. */
class UnreliableNetworkTest {

    private final ArrayDeque<Runnable> alarms = new ArrayDeque<>();
    private final UnreliableNetwork network = new UnreliableNetwork((delay, task) -> alarms.add(task));
    private final Transport one = network.endpoint(1);
    private final Transport other = network.endpoint(2);
    private long connection;

    @BeforeEach
    void connect() {
        one.open(() -> {});
        other.open(() -> {});
        assertThat(arrivals(one))
                .hasSize(1)
                .allSatisfy(arrival -> connection = ((Arrival.Connected) arrival).connection());
        assertThat(arrivals(other)).containsExactly(new Arrival.Connected(1, connection));
    }

    private static List<Arrival> arrivals(Transport transport) {
        List<Arrival> arrivals = new ArrayList<>();
        for (Arrival next = transport.poll(); next != null; next = transport.poll()) {
            arrivals.add(next);
        }
        return arrivals;
    }

    private static PeerMessage message(long id) {
        return new PeerMessage.ReadAt(id, 0);
    }

    private Arrival received(int from, long id) {
        return new Arrival.Received(from, connection, message(id));
    }

    @Test
    void whatIsSentOverACutWayWaitsAndArrivesInOrder() {
        network.cut(1, 2);
        one.send(connection, message(1));
        one.send(connection, message(2));
        other.send(connection, message(3));
        assertThat(arrivals(other)).isEmpty();
        assertThat(arrivals(one)).as("the other direction is open").containsExactly(received(2, 3));

        network.mend(1, 2);

        assertThat(arrivals(other)).containsExactly(received(1, 1), received(1, 2));
    }

    @Test
    void cutsAddUp() {
        network.cut(1, 2);
        network.cut(1, 2);
        one.send(connection, message(1));
        network.mend(1, 2);
        assertThat(arrivals(other)).isEmpty();

        network.mend(1, 2);

        assertThat(arrivals(other)).containsExactly(received(1, 1));
    }

    @Test
    void connectionThatOneEndGaveUpEndsAtTheOtherBehindWhatWasSent() {
        network.cut(1, 2);
        one.send(connection, message(1));
        one.close(connection);
        assertThat(arrivals(other)).isEmpty();
        other.send(connection, message(2));
        assertThat(arrivals(one)).as("nothing more arrives on it").isEmpty();

        network.mend(1, 2);

        assertThat(arrivals(other)).containsExactly(received(1, 1), new Arrival.Disconnected(1, connection));
    }

    @Test
    void noConnectionBeginsWhileADirectionIsCut() {
        one.close(connection);
        arrivals(other);
        network.cut(2, 1);
        one.reconnect();
        other.reconnect();
        assertThat(arrivals(one)).isEmpty();
        assertThat(arrivals(other)).isEmpty();

        network.mend(2, 1);
        one.reconnect();

        assertThat(arrivals(one)).hasOnlyElementsOfType(Arrival.Connected.class).hasSize(1);
        assertThat(arrivals(other))
                .hasOnlyElementsOfType(Arrival.Connected.class)
                .hasSize(1);
    }

    @Test
    void delayedMessageArrivesWhenItsTimeHasComeAndLetsNoneOvertake() {
        network.delay(1, 2, Duration.ofMillis(5));
        one.send(connection, message(1));
        one.send(connection, message(2));
        Runnable first = alarms.remove();
        alarms.remove().run();
        assertThat(arrivals(other)).isEmpty();

        first.run();

        assertThat(arrivals(other)).containsExactly(received(1, 1), received(1, 2));
    }

    @Test
    void messageOnItsWayArrivesWhenTheDelayIsTakenBack() {
        network.delay(1, 2, Duration.ofHours(1));
        one.send(connection, message(1));

        network.delay(1, 2, Duration.ofHours(-1));

        assertThat(arrivals(other)).containsExactly(received(1, 1));
        alarms.forEach(Runnable::run);
        assertThat(arrivals(other)).as("once").isEmpty();
    }

    @Test
    void nextLifeOfAMemberHearsNothingThatWasSentToTheOneBefore() {
        network.cut(1, 2);
        one.send(connection, message(1));
        other.shutdown();
        Transport next = network.endpoint(2);
        next.open(() -> {});
        arrivals(one);

        network.mend(1, 2);

        assertThat(arrivals(next)).isEmpty();
        next.reconnect();
        assertThat(arrivals(next))
                .hasOnlyElementsOfType(Arrival.Connected.class)
                .hasSize(1);
    }
}

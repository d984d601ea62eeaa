package io.quorate.samples;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.BackendUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A mistake in the argument of a sample is answered with what to write instead. */
final class BadArgumentTest {

    private interface Sample {
        void run(String[] args) throws Exception;
    }

    static List<Named<Sample>> onAnyBackend() {
        return List.of(
                Named.of("FirstLock", FirstLock::main),
                Named.of("FirstLatch", FirstLatch::main),
                Named.of("LeaderOnlyJob", LeaderOnlyJob::main),
                Named.of("LiveConfiguration", LiveConfiguration::main),
                Named.of("SharedBreaker", SharedBreaker::main),
                Named.of("ReconfiguredBreaker", ReconfiguredBreaker::main),
                Named.of("SharedCatalog", SharedCatalog::main),
                Named.of("LimitedJobs", LimitedJobs::main),
                Named.of("MoneyTransfer", MoneyTransfer::main),
                Named.of("PoliteHolder", PoliteHolder::main));
    }

    static List<Named<Sample>> thatCutTheNetwork() {
        return List.of(Named.of("FencedLock", FencedLock::main), Named.of("GuardedStore", GuardedStore::main));
    }

    static Stream<Named<Sample>> all() {
        return Stream.of(onAnyBackend(), thatCutTheNetwork()).flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("all")
    void connectStringIsRefusedWithAnExampleOfAUri(Sample sample) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sample.run(new String[] {"localhost:2181"}))
                .withMessage(
                        "a backend URI begins with a scheme, as in zookeeper://host1:2181,host2:2181/namespace or embedded:");
    }

    @ParameterizedTest
    @MethodSource("all")
    void unknownSchemeIsRefusedWithTheKnownOnes(Sample sample) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sample.run(new String[] {"etcd://localhost:2379"}))
                .withMessageContaining("'etcd'")
                .withMessageContaining("present: embedded, zookeeper");
    }

    @ParameterizedTest
    @MethodSource("all")
    void secondArgumentIsRefused(Sample sample) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sample.run(new String[] {"embedded:", "embedded:"}))
                .withMessageContaining("takes one argument, not 2");
    }

    @ParameterizedTest
    @MethodSource("thatCutTheNetwork")
    void embeddedQuorumIsRefusedWhereThereMustBeANetworkToCut(Sample sample) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sample.run(new String[] {"embedded:"}))
                .withMessageContaining("give it a server, as in zookeeper://localhost:2181/samples");
    }

    static List<Named<Sample>> oneOfEachKind() {
        return List.of(Named.of("FirstLock", FirstLock::main), Named.of("FencedLock", FencedLock::main));
    }

    @ParameterizedTest
    @MethodSource("oneOfEachKind")
    void absentServerIsNamed(Sample sample) throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        String uri = "zookeeper://127.0.0.1:" + port + "/samples?connectionTimeout=1s";

        assertThatThrownBy(() -> sample.run(new String[] {uri}))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("127.0.0.1:" + port);
    }

    @Test
    void memberOfThreeProcessesTakesOneFile() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThreeProcesses.main(new String[] {"1.properties", "2.properties"}))
                .withMessageContaining("the file with the properties of one member, not 2 arguments");
    }

    @Test
    void instanceThatIsStartedByHandIsToldWhereTheStoryIs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ShopInstance.main(new String[0]))
                .withMessageContaining("io.quorate.samples.SharedBreaker");
    }
}

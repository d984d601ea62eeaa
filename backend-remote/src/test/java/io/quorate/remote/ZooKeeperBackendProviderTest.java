package io.quorate.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.backend.BackendProvider;
import io.quorate.backend.Key;
import java.net.URI;
import java.time.Duration;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZooKeeperBackendProviderTest {

    private static ZooKeeperConfig config(String uri) {
        return ZooKeeperBackendProvider.config(URI.create(uri));
    }

    @Test
    void isFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(BackendProvider.class))
                .anySatisfy(provider -> assertThat(provider.schemes()).containsExactly("zookeeper"));
    }

    @Test
    void uriNamesServersNamespaceAndDurations() {
        ZooKeeperConfig config = config(
                "zookeeper://one:2181,two:2182/team/app?connectionTimeout=5s&minSessionTimeout=500ms&maxSessionTimeout=PT1M");
        assertThat(config.connectString()).isEqualTo("one:2181,two:2182");
        assertThat(config.namespace()).isEqualTo(Key.of("team/app"));
        assertThat(config.connectionTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.minSessionTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.maxSessionTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config("zookeeper://one:2181").namespace()).isEqualTo(Key.ROOT);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "http://one:2181, scheme",
                "zookeeper:///x, servers are missing",
                "zookeeper://one:2181/a//b, segment must not be empty",
                "zookeeper://one:2181/quorate, reserved",
                "zookeeper://one:2181?conectionTimeout=5s, unknown parameter 'conectionTimeout'",
                "zookeeper://one:2181?connectionTimeout=5, must be a duration",
                "zookeeper://one:2181?connectionTimeout=5s&connectionTimeout=6s, occurs twice",
                "zookeeper://one:2181#x, fragment"
            })
    void malformedUriIsRefusedWithTheReason(String uri, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(uri))
                .withMessageContaining(reason)
                .withMessageContaining("expected zookeeper://");
    }

    @Test
    void userInformationIsRefusedAndNotRepeated() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config("zookeeper://me:hunter2@one:2181/"))
                .withMessageContaining("user information")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }
}

package io.quorate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Key;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QuorateTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "localhost:2181", "127.0.0.1:2181", "a:2181,b:2181/shop"})
    void uriWithoutASchemeIsRefusedWithAnExample(String connectString) {
        assertThatThrownBy(() -> Quorate.open(connectString))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("begins with a scheme, as in zookeeper://")
                .hasMessageContaining("or embedded:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zookeeper://a b", "zookeeper:%"})
    void malformedUriIsRefusedWithAnExample(String uri) {
        assertThatThrownBy(() -> Quorate.open(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reads like zookeeper://");
    }

    @ParameterizedTest
    @ValueSource(strings = {"etcd://localhost", "etcd:", "etcd:?members=3"})
    void uriOfAnAbsentBackendNamesTheArtifactsToAdd(String uri) {
        assertThatThrownBy(() -> Quorate.open(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'etcd'")
                .hasMessageContaining("quorate-backend-remote")
                .hasMessageContaining("quorate-backend-embedded");
    }

    @Test
    void malformedUriIsRefusedWithoutRepeatingIt() {
        assertThatThrownBy(() -> Quorate.open("zookeeper://user:p^ssword@localhost:2181/shop"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("zookeeper://host1:2181")
                .hasNoCause()
                .message()
                .doesNotContain("p^ssword");
    }

    @Test
    void threadsAreWaitedForHoweverLongTheLimit() throws InterruptedException {
        CallbackThreads threads = CallbackThreads.named("test");
        threads.executor().execute(() -> {});
        threads.shutdown();

        threads.awaitEnd(Duration.ofSeconds(Long.MAX_VALUE));
    }

    @Test
    void optionsRefuseWhatNoBackendCouldUse() {
        QuorateOptions options = QuorateOptions.defaults();

        assertThatThrownBy(() -> options.withOwnerName(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withSessionTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("positive");
        assertThatThrownBy(() -> options.withOperationTimeout(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT-1S");
    }

    @Test
    void optionsKeepWhatTheyAreNotAskedToChange() {
        QuorateOptions options = QuorateOptions.defaults()
                .withOwnerName("orders-1")
                .withNamespace(Key.of("/shop"))
                .withSessionTimeout(Duration.ofSeconds(4));

        assertThat(options.ownerName()).isEqualTo("orders-1");
        assertThat(options.namespace()).isEqualTo(Key.of("/shop"));
        assertThat(options.operationTimeout()).isEqualTo(QuorateOptions.DEFAULT_OPERATION_TIMEOUT);
        assertThat(options.sessionOptions().timeout()).isEqualTo(Duration.ofSeconds(4));
    }
}

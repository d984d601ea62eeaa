package io.quorate.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.remote.ZooKeeperConfig.AccessControl;
import io.quorate.remote.ZooKeeperConfig.Authentication;
import io.quorate.remote.ZooKeeperConfig.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.ZooDefs;
import org.junit.jupiter.api.Test;

class ZooKeeperConfigTest {

    private static final ZooKeeperConfig CONFIG = ZooKeeperConfig.of("one:2181");
    private static final Authentication.Digest DIGEST = new Authentication.Digest("me", Secret.of("hunter2"));

    @Test
    void textShowsNoSecret() {
        ZooKeeperConfig config = CONFIG.withAuthentication(DIGEST)
                .withClientProperties(Map.of("zookeeper.ssl.keyStore.password", "hunter2"));
        assertThat(config.toString())
                .doesNotContain("hunter2")
                .contains("zookeeper.ssl.keyStore.password")
                .contains("user=me");
        assertThat(ZooKeeperConfig.credentials(DIGEST)).isEqualTo("me:hunter2".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void nodesBelongToTheirCreatorOnceThereIsAnIdentity() {
        assertThat(CONFIG.acl()).isEqualTo(ZooDefs.Ids.OPEN_ACL_UNSAFE);
        assertThat(CONFIG.withAuthentication(DIGEST).acl()).isEqualTo(ZooDefs.Ids.CREATOR_ALL_ACL);
        assertThat(CONFIG.withAuthentication(DIGEST)
                        .withAccessControl(new AccessControl.Open())
                        .acl())
                .isEqualTo(ZooDefs.Ids.OPEN_ACL_UNSAFE);
    }

    @Test
    void senselessValuesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZooKeeperConfig.of("one:2181/app"))
                .withMessageContaining("namespace");
        assertThatIllegalArgumentException().isThrownBy(() -> ZooKeeperConfig.of(""));
        assertThatIllegalArgumentException().isThrownBy(() -> CONFIG.withConnectionTimeout(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> CONFIG.withLimits(2_000_000, 1, 1_000_000));
        assertThatIllegalArgumentException().isThrownBy(() -> new Authentication.Digest("a:b", Secret.of("x")));
    }

    @Test
    void portThatIsNoneIsRefusedByName() {
        for (String server : List.of("localhost:abc", "localhost:99999", "localhost:0", "[::1]:")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ZooKeeperConfig.of("localhost:2181," + server))
                    .withMessageContaining(server);
        }
        assertThat(ZooKeeperConfig.of("localhost,[::1],[::1]:2181").connectString())
                .contains("[::1]:2181");
    }
}

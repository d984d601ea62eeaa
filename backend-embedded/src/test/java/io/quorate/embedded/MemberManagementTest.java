package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member shows over JMX what it is and how far it has come, if it is asked to, and until it stops. */
@Timeout(180)
class MemberManagementTest {

    @TempDir
    private Path directory = Path.of("set by JUnit");

    private final MBeanServer server = MBeanServerFactory.newMBeanServer();

    @Test
    void membersShowWhoLeadsAndHowFarTheOthersAre() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3).begin()) {
            for (EnsembleMember member : trio.members()) {
                assertThat(member.register(server).getKeyProperty("member"))
                        .isEqualTo(String.valueOf(member.status().id()));
            }
            int leader = trio.leader();
            try (Session session = trio.member(leader)
                    .backend()
                    .open(SessionOptions.of("test"))
                    .get(60, TimeUnit.SECONDS)) {
                long revision = session.commit(Commit.builder()
                                .create(Key.of("/k"), Bytes.EMPTY)
                                .build())
                        .get(60, TimeUnit.SECONDS)
                        .revision();
                for (int id = 1; id <= 3; id++) {
                    EnsembleMemberMXBean seen = seen(id);
                    String role = id == leader ? "LEADER" : "FOLLOWER";
                    await().atMost(MemberTrio.LIMIT).untilAsserted(() -> {
                        assertThat(seen.getRole()).isEqualTo(role);
                        assertThat(seen.getLeader()).isEqualTo(leader);
                        assertThat(seen.getApplied()).isGreaterThanOrEqualTo(revision);
                        assertThat(seen.getCommitIndex()).isGreaterThanOrEqualTo(revision);
                        assertThat(seen.getLogEnd()).isGreaterThanOrEqualTo(revision);
                        assertThat(seen.getConnected()).hasSize(2).doesNotContain(seen.getId());
                        assertThat(seen.getDiskForces()).isPositive();
                        assertThat(seen.getDiskLongestMillis()).isPositive();
                        assertThat(seen.getPendingBytes()).isZero();
                    });
                    assertThat(seen.getCondition()).isEqualTo("RUNNING");
                    assertThat(seen.getFailure()).isEmpty();
                }
                EnsembleMemberMXBean leading = seen(leader);
                await().atMost(MemberTrio.LIMIT)
                        .untilAsserted(
                                () -> assertThat(leading.getBehind().values()).containsExactly(0L, 0L));
                assertThat(leading.getSessions()).isEqualTo(1);
            }
        }
    }

    private EnsembleMemberMXBean seen(int member) throws Exception {
        ObjectName name = new ObjectName("io.quorate:type=EnsembleMember,cluster=trio,member=" + member);
        return JMX.newMXBeanProxy(server, name, EnsembleMemberMXBean.class);
    }

    @Test
    void memberIsShownOnRequestOnceAndUntilItStops() throws Exception {
        MemberTrio one = new MemberTrio(directory, 1);
        EnsembleMember member = EnsembleMember.of(one.config(1));
        ObjectName name = member.register(server);
        assertThat(seen(1).getCondition()).isEqualTo("STOPPED");
        assertThatThrownBy(() -> member.register(server))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("registered there already");
        member.stop();
        assertThat(server.isRegistered(name)).isFalse();
        assertThatThrownBy(() -> member.register(server))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}

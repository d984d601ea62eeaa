package io.quorate.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.BackendView.Member;
import io.quorate.backend.BackendView.Role;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ServerStatusTest {

    @Test
    void answerTellsRoleEpochLatencyAndConnections() {
        Member member = ServerStatus.parse("one:2181", """
                Zookeeper version: 3.9.5
                Latency min/avg/max: 0/1.5/9
                Received: 1
                Connections: 3
                Zxid: 0x500000002
                Mode: leader
                """);
        assertThat(member.role()).isEqualTo(Role.LEADER);
        assertThat(member.epoch()).hasValue(5);
        assertThat(member.latency()).contains(Duration.ofNanos(1_500_000));
        assertThat(member.connections()).hasValue(3);
    }

    @Test
    void serverWithoutALeaderIsLooking() {
        assertThat(ServerStatus.parse("one:2181", "This ZooKeeper instance is not currently serving requests\n")
                        .role())
                .isEqualTo(Role.LOOKING);
    }

    @Test
    void answerThatMakesNoSenseCountsAsNone() {
        assertThat(ServerStatus.parse("one:2181", "srvr is not executed because it is not in the whitelist.\n")
                        .role())
                .isEqualTo(Role.UNREACHABLE);
    }
}

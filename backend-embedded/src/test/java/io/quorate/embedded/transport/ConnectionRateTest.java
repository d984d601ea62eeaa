package io.quorate.embedded.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** How often whoever may connect. */
class ConnectionRateTest {

    private static final int PLENTY = 1_000_000;

    private final ConnectionRate rate = new ConnectionRate(
            new ConnectionRate.Limit(3, 2), new ConnectionRate.Limit(10, 4), new ConnectionRate.Limit(20, 40), 0);

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private int allowed(InetAddress address, int attempts, long now) {
        int allowed = 0;
        for (int i = 0; i < attempts; i++) {
            allowed += rate.allows(address, now) ? 1 : 0;
        }
        return allowed;
    }

    @Test
    void addressMayConnectSoOftenAndNoMore() {
        InetAddress address = address("10.0.0.1");
        assertThat(allowed(address, 5, 0)).isEqualTo(3);
        assertThat(allowed(address, 5, 500_000_000)).isEqualTo(1);
        assertThat(allowed(address, 5, 500_000_001)).isZero();
        assertThat(allowed(address("10.0.0.2"), 5, 500_000_001)).isEqualTo(3);
    }

    @Test
    void addressesOfOneIpv6SiteShareTheirConnections() {
        int allowed = 0;
        for (int host = 1; host <= 50; host++) {
            allowed += allowed(address("2001:db8:1:2:0:0:0:" + Integer.toHexString(host)), 1, 0);
        }
        assertThat(allowed).isEqualTo(3);
        assertThat(allowed(address("2001:db8:1:3::1"), 5, 0)).isEqualTo(3);
    }

    @Test
    void strangersTogetherMayNotConnectMoreOftenHoweverManyAddressesTheyHave() {
        int allowed = 0;
        for (int host = 0; host < 5_000; host++) {
            allowed += allowed(address("10.1." + host / 250 + "." + (1 + host % 250)), 1, 0);
        }
        assertThat(allowed).isEqualTo(10);
    }

    @Test
    void membersAddressMayConnectThoughStrangersHaveUsedUpWhatTheyMay() {
        InetAddress member = address("10.0.0.1");
        rate.trust(member);
        for (int host = 1; host <= 250; host++) {
            assertThat(allowed(address("10.1.0." + host), 1, 0)).isBetween(0, 1);
        }
        assertThat(allowed(member, PLENTY, 0)).isEqualTo(20);
        // An address of a member may be that of others too.
        assertThat(allowed(member, PLENTY, 100_000_000)).isEqualTo(4);
    }
}

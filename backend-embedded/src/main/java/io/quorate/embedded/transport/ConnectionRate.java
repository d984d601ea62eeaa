package io.quorate.embedded.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How often there may be a connection: token buckets for each of the addresses seen last, and one for all strangers together, so that
 * having many addresses is of no use. At an IPv6 address the first half of the bits is what counts: whoever has one address has all that begin
 * with it. Addresses of members have larger buckets, and what strangers do does not empty them. Confined to one thread, but for {@link #trust}.
 */
final class ConnectionRate {

    private static final int MAX_ADDRESSES = 1024;
    private static final int MAX_TRUSTED = 64;
    private static final int IPV6_SITE_BYTES = 8;

    /**
     * How often something may happen.
     *
     * @param burst how often at once
     * @param perSecond how often in the long run
     */
    record Limit(int burst, int perSecond) {}

    private static final class Bucket {
        private final Limit limit;
        private double tokens;
        private long at;

        Bucket(Limit limit, long now) {
            this.limit = limit;
            this.tokens = limit.burst();
            this.at = now;
        }

        boolean take(long now) {
            double gained = (now - at) * (limit.perSecond() / (double) TimeUnit.SECONDS.toNanos(1));
            tokens = Math.min(limit.burst(), tokens + gained);
            at = now;
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }
    }

    private final Limit stranger;
    private final Limit member;
    private final Bucket strangers;
    private final Map<InetAddress, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Bucket> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };
    private final Map<InetAddress, Bucket> memberBuckets = new ConcurrentHashMap<>();
    private final Set<InetAddress> trusted = ConcurrentHashMap.newKeySet();

    /**
     * Creates it.
     *
     * @param stranger how often each address may connect
     * @param strangers how often all of them together may
     * @param member how often an address of a member may
     */
    ConnectionRate(Limit stranger, Limit strangers, Limit member, long now) {
        this.stranger = stranger;
        this.member = member;
        this.strangers = new Bucket(strangers, now);
    }

    /** From now on an address is that of a member. There is an end to how many are. */
    void trust(InetAddress address) {
        if (trusted.size() < MAX_TRUSTED) {
            trusted.add(address);
        }
    }

    boolean allows(InetAddress address, long now) {
        if (trusted.contains(address)) {
            return memberBuckets
                    .computeIfAbsent(address, each -> new Bucket(member, now))
                    .take(now);
        }
        return buckets.computeIfAbsent(site(address), each -> new Bucket(stranger, now))
                        .take(now)
                && strangers.take(now);
    }

    /** Returns the address that stands for all that whoever has this one has too. */
    private static InetAddress site(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, IPV6_SITE_BYTES, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes are an address", e);
        }
    }
}

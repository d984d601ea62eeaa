package io.quorate.embedded.transport;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How often an address may connect: a token bucket for each of the addresses seen last. Addresses from which a member has proved who it
 * is are let through; what they may hold open is bounded elsewhere. Confined to one thread, but for {@link #trust}.
 */
final class ConnectionRate {

    private static final int MAX_ADDRESSES = 1024;
    private static final int MAX_TRUSTED = 64;

    private static final class Bucket {
        private double tokens;
        private long at;
    }

    private final double burst;
    private final double perNano;
    private final Map<InetAddress, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Bucket> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };
    private final Set<InetAddress> trusted = ConcurrentHashMap.newKeySet();

    ConnectionRate(int burst, int perSecond) {
        this.burst = burst;
        this.perNano = perSecond / (double) TimeUnit.SECONDS.toNanos(1);
    }

    void trust(InetAddress address) {
        if (trusted.size() < MAX_TRUSTED) {
            trusted.add(address);
        }
    }

    boolean allows(InetAddress address, long now) {
        if (trusted.contains(address)) {
            return true;
        }
        Bucket bucket = buckets.get(address);
        if (bucket == null) {
            bucket = new Bucket();
            bucket.tokens = burst;
            bucket.at = now;
            buckets.put(address, bucket);
        }
        bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.at) * perNano);
        bucket.at = now;
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens--;
        return true;
    }
}

package io.quorate.remote;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Bytes;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Key;
import io.quorate.backend.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a ZooKeeper ensemble and how to behave towards it. Immutable; made by {@link #of(String)} and refined by the
 * {@code with…} methods.
 *
 * @param connectString the servers, {@code host:port} separated by commas, without a chroot: use the namespace for that
 * @param connectionTimeout how long opening and closing a session wait for a server; positive
 * @param namespace the key below which everything of this backend lives. Backends that share data must have the same
 *     namespace, since the nodes by which the adapter recognizes re-created entries lie below it
 * @param authentication who the client is
 * @param accessControl the access rights of the nodes that are created
 * @param clientProperties properties of ZooKeeper's client for this backend alone, such as TLS and SASL settings, named as
 *     in ZooKeeper's {@code ZKClientConfig}; their values are never shown
 * @param maxValueBytes the largest value of an entry, in bytes
 * @param maxCommitSize the largest number of guards and operations in one commit
 * @param maxRequestBytes the largest request, in bytes; it must not exceed the {@code jute.maxbuffer} of the servers
 * @param minSessionTimeout the shortest session time-out that the servers grant; twice their {@code tickTime} by default
 * @param maxSessionTimeout the longest session time-out that the servers grant; twenty times their {@code tickTime} by
 *     default
 * @param curator makes the builder of the Curator client of each session, or {@code null} for the default builder.
 *     Connection, ensemble, authentication and thread factory may be chosen there; what the adapter relies on
 *     (time-outs, retry policy, no read-only mode, no ensemble tracker) is set on the builder that was made
 * @param ticker the source of elapsed time
 */
public record ZooKeeperConfig(
        String connectString,
        Duration connectionTimeout,
        Key namespace,
        Authentication authentication,
        AccessControl accessControl,
        Map<String, String> clientProperties,
        int maxValueBytes,
        int maxCommitSize,
        int maxRequestBytes,
        Duration minSessionTimeout,
        Duration maxSessionTimeout,
        @Nullable Supplier<CuratorFrameworkFactory.Builder> curator,
        Ticker ticker) {

    /** The default of {@link #connectionTimeout()}: 10 seconds. */
    public static final Duration DEFAULT_CONNECTION_TIMEOUT = Duration.ofSeconds(10);

    /** The default of {@link #maxRequestBytes()}: ZooKeeper's own default limit of 1 MiB, less a reserve for headers. */
    public static final int DEFAULT_MAX_REQUEST_BYTES = 1024 * 1024 - 16 * 1024;

    /** Who the client is, towards the servers. */
    public sealed interface Authentication {

        /** Anonymous, or identified by the connection itself, as with TLS client certificates. */
        record None() implements Authentication {}

        /**
         * ZooKeeper's {@code digest} scheme. The secret travels as it is: use TLS beside it.
         *
         * @param user the name, without a colon
         * @param secret the password
         */
        record Digest(String user, Secret secret) implements Authentication {

            /** Refuses a name that the scheme cannot carry. */
            public Digest {
                if (user.isEmpty() || user.indexOf(':') >= 0) {
                    throw new IllegalArgumentException("the user name must be non-empty and must not contain ':'");
                }
            }
        }

        /** SASL, configured by the client properties and the login configuration of the virtual machine. */
        record Sasl() implements Authentication {}
    }

    /** A secret that shows itself to nobody by accident. */
    public static final class Secret {

        private final Bytes bytes;

        private Secret(Bytes bytes) {
            this.bytes = bytes;
        }

        /** Wraps a secret, encoded as UTF-8. */
        public static Secret of(String text) {
            return new Secret(Bytes.utf8(text));
        }

        byte[] reveal() {
            return bytes.toByteArray();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Secret that && bytes.equals(that.bytes);
        }

        @Override
        public int hashCode() {
            return bytes.hashCode();
        }

        /** Returns asterisks. */
        @Override
        public String toString() {
            return "***";
        }
    }

    /** The access rights of the nodes that are created. */
    public sealed interface AccessControl {

        /** All rights for the creator if the client authenticates itself, else all rights for everybody. */
        record Automatic() implements AccessControl {}

        /** All rights for everybody. */
        record Open() implements AccessControl {}

        /** All rights for the authenticated creator, none for others. */
        record CreatorOnly() implements AccessControl {}

        /**
         * A given list.
         *
         * @param acl ZooKeeper's access control list, not empty
         */
        record Explicit(List<ACL> acl) implements AccessControl {

            /** Copies the list. */
            public Explicit {
                acl = List.copyOf(acl);
                if (acl.isEmpty()) {
                    throw new IllegalArgumentException("an explicit access control list must not be empty");
                }
            }
        }
    }

    /** Checks the ranges stated above. */
    public ZooKeeperConfig {
        checkConnectString(connectString);
        requirePositive("connectionTimeout", connectionTimeout);
        requirePositive("minSessionTimeout", minSessionTimeout);
        if (maxSessionTimeout.compareTo(minSessionTimeout) < 0) {
            throw new IllegalArgumentException("maxSessionTimeout must not be below minSessionTimeout");
        }
        requirePositive("maxValueBytes", maxValueBytes);
        requirePositive("maxCommitSize", maxCommitSize);
        requirePositive("maxRequestBytes", maxRequestBytes);
        if (maxValueBytes > maxRequestBytes) {
            throw new IllegalArgumentException("maxValueBytes must not exceed maxRequestBytes");
        }
        requireNonNull(namespace, "namespace");
        requireNonNull(authentication, "authentication");
        requireNonNull(accessControl, "accessControl");
        requireNonNull(ticker, "ticker");
        clientProperties = Map.copyOf(clientProperties);
    }

    /** Returns the configuration for an ensemble, with defaults for everything else. */
    public static ZooKeeperConfig of(String connectString) {
        return new ZooKeeperConfig(
                connectString,
                DEFAULT_CONNECTION_TIMEOUT,
                Key.ROOT,
                new Authentication.None(),
                new AccessControl.Automatic(),
                Map.of(),
                Capabilities.DEFAULT_MAX_VALUE_BYTES,
                Capabilities.DEFAULT_MAX_COMMIT_SIZE,
                DEFAULT_MAX_REQUEST_BYTES,
                Duration.ofSeconds(4),
                Duration.ofSeconds(40),
                null,
                Ticker.system());
    }

    /** Returns this configuration with another connection time-out. */
    public ZooKeeperConfig withConnectionTimeout(Duration newTimeout) {
        return copy(newTimeout, namespace, authentication, accessControl, clientProperties, curator, ticker);
    }

    /** Returns this configuration with another namespace. */
    public ZooKeeperConfig withNamespace(Key newNamespace) {
        return copy(connectionTimeout, newNamespace, authentication, accessControl, clientProperties, curator, ticker);
    }

    /** Returns this configuration with another way to authenticate. */
    public ZooKeeperConfig withAuthentication(Authentication newAuthentication) {
        return copy(connectionTimeout, namespace, newAuthentication, accessControl, clientProperties, curator, ticker);
    }

    /** Returns this configuration with other access rights for new nodes. */
    public ZooKeeperConfig withAccessControl(AccessControl newAccessControl) {
        return copy(connectionTimeout, namespace, authentication, newAccessControl, clientProperties, curator, ticker);
    }

    /** Returns this configuration with other properties of ZooKeeper's client. */
    public ZooKeeperConfig withClientProperties(Map<String, String> newProperties) {
        return copy(connectionTimeout, namespace, authentication, accessControl, newProperties, curator, ticker);
    }

    /** Returns this configuration with a source of Curator builders. */
    public ZooKeeperConfig withCurator(Supplier<CuratorFrameworkFactory.Builder> newCurator) {
        return copy(connectionTimeout, namespace, authentication, accessControl, clientProperties, newCurator, ticker);
    }

    /** Returns this configuration with another source of elapsed time. */
    public ZooKeeperConfig withTicker(Ticker newTicker) {
        return copy(connectionTimeout, namespace, authentication, accessControl, clientProperties, curator, newTicker);
    }

    /** Returns this configuration with other limits on what is stored and sent. */
    public ZooKeeperConfig withLimits(int newMaxValueBytes, int newMaxCommitSize, int newMaxRequestBytes) {
        return new ZooKeeperConfig(
                connectString,
                connectionTimeout,
                namespace,
                authentication,
                accessControl,
                clientProperties,
                newMaxValueBytes,
                newMaxCommitSize,
                newMaxRequestBytes,
                minSessionTimeout,
                maxSessionTimeout,
                curator,
                ticker);
    }

    /** Returns this configuration with another range of session time-outs, which should be that of the servers. */
    public ZooKeeperConfig withSessionTimeouts(Duration newMin, Duration newMax) {
        return new ZooKeeperConfig(
                connectString,
                connectionTimeout,
                namespace,
                authentication,
                accessControl,
                clientProperties,
                maxValueBytes,
                maxCommitSize,
                maxRequestBytes,
                newMin,
                newMax,
                curator,
                ticker);
    }

    private ZooKeeperConfig copy(
            Duration newConnectionTimeout,
            Key newNamespace,
            Authentication newAuthentication,
            AccessControl newAccessControl,
            Map<String, String> newProperties,
            @Nullable Supplier<CuratorFrameworkFactory.Builder> newCurator,
            Ticker newTicker) {
        return new ZooKeeperConfig(
                connectString,
                newConnectionTimeout,
                newNamespace,
                newAuthentication,
                newAccessControl,
                newProperties,
                maxValueBytes,
                maxCommitSize,
                maxRequestBytes,
                minSessionTimeout,
                maxSessionTimeout,
                newCurator,
                newTicker);
    }

    /** Returns the access control list that new nodes get. */
    List<ACL> acl() {
        if (accessControl instanceof AccessControl.Explicit explicit) {
            return explicit.acl();
        }
        boolean creatorOnly = accessControl instanceof AccessControl.CreatorOnly
                || (accessControl instanceof AccessControl.Automatic
                        && !(authentication instanceof Authentication.None));
        return creatorOnly ? ZooDefs.Ids.CREATOR_ALL_ACL : ZooDefs.Ids.OPEN_ACL_UNSAFE;
    }

    /** Returns what the {@code digest} scheme sends. */
    static byte[] credentials(Authentication.Digest digest) {
        byte[] user = (digest.user() + ":").getBytes(StandardCharsets.UTF_8);
        byte[] secret = digest.secret().reveal();
        byte[] both = new byte[user.length + secret.length];
        System.arraycopy(user, 0, both, 0, user.length);
        System.arraycopy(secret, 0, both, user.length, secret.length);
        return both;
    }

    /** Shows everything but secrets; of the client properties the names only. */
    @Override
    public String toString() {
        return "ZooKeeperConfig[connectString=" + connectString + ", connectionTimeout=" + connectionTimeout
                + ", namespace=" + namespace + ", authentication=" + authentication + ", accessControl=" + accessControl
                + ", clientProperties=" + new TreeSet<>(clientProperties.keySet()) + ", maxValueBytes="
                + maxValueBytes + ", maxCommitSize=" + maxCommitSize + ", maxRequestBytes=" + maxRequestBytes
                + ", sessionTimeout=" + minSessionTimeout + ".." + maxSessionTimeout + "]";
    }

    private static void checkConnectString(String connectString) {
        if (connectString.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "the connect string must not contain a chroot; use the namespace instead: " + connectString);
        }
        for (String server : connectString.split(",", -1)) {
            if (server.isBlank() || server.indexOf('@') >= 0) {
                throw new IllegalArgumentException(
                        "the connect string must have the form host:port,host:port and no user information");
            }
            checkPort(server);
        }
    }

    private static void checkPort(String server) {
        int colon = server.lastIndexOf(':');
        if (colon < 0 || server.endsWith("]")) {
            return;
        }
        String port = server.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65535) {
            throw new IllegalArgumentException(
                    "the port of " + server + " must be a number from 1 to 65535, but is '" + port + "'");
        }
    }

    private static void requirePositive(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, but is " + duration);
        }
    }

    private static void requirePositive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, but is " + value);
        }
    }
}

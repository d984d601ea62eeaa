package io.quorate.remote;

import io.quorate.backend.BackendView.Member;
import io.quorate.backend.BackendView.Role;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.zookeeper.client.FourLetterWordMain;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.X509Exception.SSLContextException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server says of itself when it is asked with the four-letter word {@code srvr}. */
final class ServerStatus {

    private static final Logger log = LoggerFactory.getLogger(ServerStatus.class);

    private static final int DEFAULT_PORT = 2181;

    private ServerStatus() {}

    /** Asks one server, {@code host:port}, and waits for the answer. */
    static Member ask(String server, ZKClientConfig client, Duration timeout) {
        int colon = server.lastIndexOf(':');
        boolean hasPort = colon > 0 && !server.endsWith("]");
        try {
            String host = hasPort ? server.substring(0, colon) : server;
            int port = hasPort ? Integer.parseInt(server.substring(colon + 1)) : DEFAULT_PORT;
            return parse(
                    server, FourLetterWordMain.send4LetterWord(host, port, "srvr", client, (int) timeout.toMillis()));
        } catch (IOException | SSLContextException | NumberFormatException e) {
            log.debug("{} does not answer", server, e);
            return unknown(server, Role.UNREACHABLE);
        }
    }

    /** Reads an answer. */
    static Member parse(String server, String answer) {
        if (answer.contains("not currently serving")) {
            return unknown(server, Role.LOOKING);
        }
        Map<String, String> lines = new HashMap<>();
        for (String line : answer.split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                lines.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim());
            }
        }
        String mode = lines.get("mode");
        if (mode == null) {
            log.debug("{} does not tell its mode; it may not allow the command srvr", server);
            return unknown(server, Role.UNREACHABLE);
        }
        return new Member(
                server,
                role(mode),
                epoch(lines.get("zxid")),
                latency(lines.get("latency min/avg/max")),
                connections(lines.get("connections")),
                OptionalInt.empty());
    }

    private static Member unknown(String server, Role role) {
        return new Member(
                server, role, OptionalLong.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
    }

    private static Role role(String mode) {
        return switch (mode) {
            case "leader" -> Role.LEADER;
            case "follower" -> Role.FOLLOWER;
            case "observer" -> Role.OBSERVER;
            case "standalone" -> Role.STANDALONE;
            default -> Role.LOOKING;
        };
    }

    /** The epoch is the upper half of a zxid. */
    private static OptionalLong epoch(@org.jspecify.annotations.Nullable String zxid) {
        try {
            return zxid == null ? OptionalLong.empty() : OptionalLong.of(Long.decode(zxid) >>> 32);
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static Optional<Duration> latency(@org.jspecify.annotations.Nullable String minAvgMax) {
        try {
            String[] parts = minAvgMax == null ? new String[0] : minAvgMax.split("/", -1);
            return parts.length == 3
                    ? Optional.of(Duration.ofNanos((long) (Double.parseDouble(parts[1]) * 1e6)))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static OptionalInt connections(@org.jspecify.annotations.Nullable String count) {
        try {
            return count == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(count));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }
}

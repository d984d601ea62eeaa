package io.quorate.embedded.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * Where a member can be reached. The name is looked up whenever it is used, so that it may come to mean another machine.
 *
 * @param host a DNS name, or an IPv4 or IPv6 address without brackets
 * @param port the port, 0 to 65535; 0 lets the system choose one, which only suits the address of this member itself
 */
public record PeerAddress(String host, int port) {

    private static final int MAX_PORT = 65_535;
    private static final String FORM = "; the form is host:port, and [address]:port for IPv6";

    /** Checks the ranges stated above. */
    public PeerAddress {
        if (host.isBlank() || host.length() > 255) {
            throw new IllegalArgumentException("an address needs a host of 1 to 255 characters");
        }
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("a port must be 0 to " + MAX_PORT + ", not " + port);
        }
    }

    /**
     * Reads {@code host:port} or {@code [IPv6 address]:port}.
     *
     * @throws IllegalArgumentException naming the text and the form
     */
    public static PeerAddress parse(String text) {
        String trimmed = text.strip();
        int colon = trimmed.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("\"" + text + "\" has no port" + FORM);
        }
        String host = trimmed.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("\"" + text + "\" is ambiguous" + FORM);
        }
        try {
            return new PeerAddress(
                    bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(trimmed.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no address (" + e.getMessage() + ")" + FORM, e);
        }
    }

    /** Looks the host up; all its addresses, in the order in which the system gives them. */
    List<InetAddress> resolve() throws UnknownHostException {
        return List.of(InetAddress.getAllByName(host));
    }

    /** Returns the address if the host is written as one, so that nobody has to be asked. */
    Optional<InetAddress> literal() {
        boolean written = host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        try {
            return written ? Optional.of(resolve().get(0)) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns whether nobody but this machine reaches it, as far as the system knows.
     *
     * @throws UnknownHostException if the host has no address
     */
    public boolean isLoopback() throws UnknownHostException {
        return resolve().stream().allMatch(InetAddress::isLoopbackAddress);
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}

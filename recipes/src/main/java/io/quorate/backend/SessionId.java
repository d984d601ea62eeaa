package io.quorate.backend;

/**
 * The identity of a session, unique among all sessions of a backend's ensemble.
 *
 * @param value the number that the backend gave the session
 */
public record SessionId(long value) {

    /** Returns the hexadecimal form, as ZooKeeper's own tools print it. */
    @Override
    public String toString() {
        return "0x" + Long.toHexString(value);
    }
}

package io.quorate.embedded.transport;

import java.io.IOException;
import java.net.Socket;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** What makes a connection between two members one to be trusted: a key that all share, certificates, or both. Thread-safe. */
public interface PeerSecurity {

    /**
     * A socket that is ready for the handshake.
     *
     * @param socket what to read from and write to
     * @param certified whether the certificate at the other end is that of a member
     */
    record Secured(Socket socket, IntPredicate certified) {}

    /** Returns the cluster key, or {@code null} if certificates alone tell who is who. */
    @Nullable
    ClusterKey key();

    /**
     * Secures a connection. May block until the other end has done its part; a limit on the time is the caller's, who closes the
     * socket.
     *
     * @param socket the plain connection
     * @param accepted whether the other end has made the connection
     * @throws IOException if the other end cannot be trusted
     */
    Secured secure(Socket socket, boolean accepted) throws IOException;

    /** Returns security by a cluster key alone: nobody else may connect, and everybody on the way may read. */
    static PeerSecurity sharedKey(ClusterKey key) {
        return new PeerSecurity() {
            @Override
            public ClusterKey key() {
                return key;
            }

            @Override
            public Secured secure(Socket socket, boolean accepted) {
                return new Secured(socket, member -> true);
            }
        };
    }
}

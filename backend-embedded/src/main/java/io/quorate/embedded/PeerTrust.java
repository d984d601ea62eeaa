package io.quorate.embedded;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.embedded.transport.ClusterKey;
import io.quorate.embedded.transport.PeerSecurity;
import io.quorate.embedded.transport.TlsFiles;
import io.quorate.embedded.transport.TlsSecurity;
import java.io.IOException;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Makes of what a configuration says of security what the connections use; files are read when the member starts. */
final class PeerTrust implements PeerSecurity {

    private final MemberSecurity security;
    private final SecureRandom random;
    private final @Nullable ClusterKey key;
    private final AtomicReference<@Nullable PeerSecurity> opened = new AtomicReference<>();

    PeerTrust(MemberSecurity security, SecureRandom random) {
        this.security = security;
        this.random = random;
        this.key = security instanceof MemberSecurity.SharedKey shared
                ? ClusterKey.of(shared.secret().toByteArray())
                : null;
    }

    /**
     * Reads what has to be read.
     *
     * @throws BackendUnavailableException naming the file that cannot be used
     */
    void open() {
        if (security instanceof MemberSecurity.MutualTls tls) {
            TlsFiles files = new TlsFiles(tls.certificate(), tls.privateKey(), tls.trusted());
            try {
                opened.set(new TlsSecurity(files, tls.principals(), random));
            } catch (IOException e) {
                throw new BackendUnavailableException(
                        "the certificates of the member cannot be used: " + e.getMessage(), e);
            }
        } else if (key != null) {
            opened.set(PeerSecurity.sharedKey(key));
        }
    }

    @Override
    public @Nullable ClusterKey key() {
        return key;
    }

    @Override
    public Secured secure(Socket socket, boolean accepted) throws IOException {
        PeerSecurity present = opened.get();
        if (present == null) {
            throw new IOException("the member has not been started");
        }
        return present.secure(socket, accepted);
    }
}

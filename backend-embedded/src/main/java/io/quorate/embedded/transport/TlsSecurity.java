package io.quorate.embedded.transport;

import java.io.IOException;
import java.net.Socket;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Security by mutual TLS: both ends show a certificate that an authority has signed, and a certificate stands for the member whose
 * principal it names. Java's own trust decisions are kept; what is added is whose certificate it is.
 *
 * <p>The files are looked at before each connection and read again if they have changed; connections that are open go on as they are. Files
 * that cannot be used are told of, and the last ones that could be are kept.
 */
public final class TlsSecurity implements PeerSecurity {

    private static final Logger log = LoggerFactory.getLogger(TlsSecurity.class);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final int DNS_NAME = 2;

    private final TlsFiles files;
    private final Map<Integer, String> principals;
    private final SecureRandom random;
    private final ReentrantLock lock = new ReentrantLock();
    private SSLContext context;
    private TlsFiles.@Nullable Stamp stamp;

    /**
     * Reads the files.
     *
     * @param principals what the certificate of each member says
     * @throws IOException naming the file that cannot be used
     */
    public TlsSecurity(TlsFiles files, Map<Integer, String> principals, SecureRandom random) throws IOException {
        this.files = files;
        this.principals = Map.copyOf(principals);
        this.random = random;
        this.stamp = files.stamp();
        this.context = files.load(random);
    }

    @Override
    public @Nullable ClusterKey key() {
        return null;
    }

    private SSLContext context() {
        lock.lock();
        try {
            TlsFiles.Stamp now = files.stamp();
            if (!now.equals(stamp)) {
                // Also if they cannot be used: they are not read again before they change again.
                stamp = now;
                context = files.load(random);
                log.info("the certificates in {} were read anew", files.certificate());
            }
        } catch (IOException e) {
            log.error("the changed certificates cannot be used, the former ones are kept: {}", e.getMessage());
        } finally {
            lock.unlock();
        }
        return context;
    }

    @Override
    public Secured secure(Socket socket, boolean accepted) throws IOException {
        SSLSocket secured = (SSLSocket) context()
                .getSocketFactory()
                .createSocket(socket, socket.getInetAddress().getHostAddress(), socket.getPort(), true);
        secured.setUseClientMode(!accepted);
        secured.setEnabledProtocols(PROTOCOLS);
        if (accepted) {
            secured.setNeedClientAuth(true);
        }
        secured.startHandshake();
        Set<String> names = names(secured);
        return new Secured(secured, member -> names.contains(principals.get(member)));
    }

    private static Set<String> names(SSLSocket socket) throws IOException {
        if (!(socket.getSession().getPeerCertificates()[0] instanceof X509Certificate certificate)) {
            throw new SSLPeerUnverifiedException("the other end has shown something that is no X.509 certificate");
        }
        Set<String> names = new HashSet<>();
        names.add(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (alternative.get(0).equals(DNS_NAME)) {
                        names.add(String.valueOf(alternative.get(1)));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            throw new SSLPeerUnverifiedException("the other end has shown a certificate whose names cannot be read");
        }
        return names;
    }
}

package io.quorate.embedded;

import io.quorate.backend.Bytes;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** What tells the members of an ensemble in several processes from anybody else who can reach their ports. */
public sealed interface MemberSecurity {

    /**
     * A secret that all members know. Each end of a connection proves to the other that it knows it, and does not send it; what
     * follows is neither encrypted nor signed. So it is for one machine, and for development.
     *
     * @param secret 32 bytes or more, drawn at random
     */
    record SharedKey(Bytes secret) implements MemberSecurity {

        private static final int MIN_BYTES = 32;

        /**
         * Checks the length stated above.
         *
         * @throws IllegalArgumentException if it is shorter
         */
        public SharedKey {
            if (secret.size() < MIN_BYTES) {
                throw new IllegalArgumentException("a cluster key has at least " + MIN_BYTES + " bytes, not "
                        + secret.size() + "; draw one with: openssl rand -hex 32");
            }
        }
    }

    /**
     * Mutual TLS, version 1.3 or 1.2: everything is encrypted, both ends show a certificate, and a certificate stands for the
     * member that it is mapped to and for no other. The files are PEM; they are read again when they have changed, so that certificates can
     * be replaced while the member runs.
     *
     * @param certificate the certificate of this member, and behind it those that lead to a trusted one
     * @param privateKey its private key, PKCS#8, unencrypted, readable by its owner only
     * @param trusted the certificates of the authorities that sign members' certificates, one or more
     * @param principals for each member, this one included, what its certificate must say: a DNS name of its subject alternative names, or
     *     its whole subject as in RFC 2253, such as {@code CN=member-1,O=Example}
     */
    record MutualTls(Path certificate, Path privateKey, Path trusted, Map<Integer, String> principals)
            implements MemberSecurity {

        /** Copies the map. */
        public MutualTls {
            Objects.requireNonNull(certificate, "certificate");
            Objects.requireNonNull(privateKey, "privateKey");
            Objects.requireNonNull(trusted, "trusted");
            principals = Map.copyOf(principals);
        }
    }
}

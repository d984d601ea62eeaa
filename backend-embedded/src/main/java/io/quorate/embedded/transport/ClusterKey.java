package io.quorate.embedded.transport;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The secret of 256 bits or more that all members of a cluster share. Immutable; it shows itself to nobody. */
public final class ClusterKey {

    /** The shortest key, in bytes. */
    public static final int MIN_BYTES = 32;

    static final int PROOF_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    private ClusterKey(SecretKeySpec key) {
        this.key = key;
    }

    /**
     * Returns a key.
     *
     * @throws IllegalArgumentException if it has fewer than {@value #MIN_BYTES} bytes
     */
    public static ClusterKey of(byte[] secret) {
        if (secret.length < MIN_BYTES) {
            throw new IllegalArgumentException("a cluster key has at least " + MIN_BYTES + " bytes, not "
                    + secret.length + "; draw one with: openssl rand -hex 32");
        }
        return new ClusterKey(new SecretKeySpec(secret, ALGORITHM));
    }

    /** Returns what only somebody who knows the key can say of these bytes. */
    byte[] prove(byte[]... what) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            for (byte[] part : what) {
                mac.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM + ", which every one must have", e);
        }
    }

    /** Returns whether a proof is the right one, in a time that does not depend on where it is wrong. */
    boolean isProved(byte[] proof, byte[]... what) {
        return MessageDigest.isEqual(proof, prove(what));
    }

    @Override
    public String toString() {
        return "ClusterKey[secret]";
    }
}

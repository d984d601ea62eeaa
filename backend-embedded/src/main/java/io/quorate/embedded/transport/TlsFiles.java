package io.quorate.embedded.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The PEM files of a member's certificates.
 *
 * @param certificate the member's certificate and those that lead to a trusted one
 * @param privateKey its private key, PKCS#8
 * @param trusted the certificates of the authorities
 */
public record TlsFiles(Path certificate, Path privateKey, Path trusted) {

    private static final long MAX_BYTES = 1 << 20;
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
    private static final Map<String, String> SIGNATURES = Map.of(
            "EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA", "Ed25519", "EdDSA", "Ed448", "EdDSA");

    /** What changes when one of the files does. */
    record Stamp(List<FileTime> times, List<Long> sizes) {}

    Stamp stamp() throws IOException {
        List<FileTime> times = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        for (Path file : List.of(certificate, privateKey, trusted)) {
            try {
                times.add(Files.getLastModifiedTime(file));
                sizes.add(Files.size(file));
            } catch (NoSuchFileException e) {
                throw new IOException(file + " does not exist", e);
            }
        }
        return new Stamp(times, sizes);
    }

    /**
     * Reads the files.
     *
     * @throws IOException naming the file that is not what it should be
     */
    SSLContext load(SecureRandom random) throws IOException {
        char[] password = new char[0];
        try {
            KeyStore own = empty();
            Certificate[] chain = certificates(certificate).toArray(new Certificate[0]);
            PrivateKey key = key();
            checkSameKeyPair(key, chain[0].getPublicKey(), random);
            own.setKeyEntry("member", key, password, chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, password);

            KeyStore others = empty();
            int number = 0;
            for (Certificate authority : certificates(trusted)) {
                others.setCertificateEntry("authority-" + number++, authority);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(others);

            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), random);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    certificate + ", " + privateKey + " and " + trusted + " do not fit together: " + e.getMessage(), e);
        }
    }

    /**
     * Checks that what the private key signs, the certificate verifies. Of a pair that is being replaced, one file is new and the other
     * one still old for a moment; neither other members nor Java would say so before the next connection.
     */
    private void checkSameKeyPair(PrivateKey key, PublicKey certified, SecureRandom random)
            throws IOException, GeneralSecurityException {
        boolean same = false;
        String signature = SIGNATURES.get(key.getAlgorithm());
        if (signature != null && isOfKind(certified, key)) {
            byte[] challenge = new byte[32];
            random.nextBytes(challenge);
            Signature signer = Signature.getInstance(signature);
            signer.initSign(key, random);
            signer.update(challenge);
            byte[] signed = signer.sign();
            Signature verifier = Signature.getInstance(signature);
            verifier.initVerify(certified);
            verifier.update(challenge);
            same = verifies(verifier, signed);
        }
        if (!same) {
            throw new IOException(privateKey + " is not the private key of the certificate in " + certificate
                    + ": replace both, the key first, or name the right ones");
        }
    }

    private static boolean isOfKind(PublicKey certified, PrivateKey key) {
        String signature = SIGNATURES.get(key.getAlgorithm());
        return signature != null && signature.equals(SIGNATURES.get(certified.getAlgorithm()));
    }

    private static boolean verifies(Signature verifier, byte[] signed) {
        try {
            return verifier.verify(signed);
        } catch (SignatureException e) {
            // The signature does not even have the form that this key asks for.
            return false;
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " has more than " + MAX_BYTES + " bytes: no certificates are that long");
        }
        return Files.readAllBytes(file);
    }

    private static Collection<? extends Certificate> certificates(Path file) throws IOException {
        try {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes(file)));
            if (found.isEmpty()) {
                throw new IOException(file + " holds no certificate in PEM");
            }
            return found;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " holds something that is no certificate: " + e.getMessage(), e);
        }
    }

    private PrivateKey key() throws IOException {
        OwnerOnly.check(privateKey);
        Matcher pem = KEY.matcher(new String(bytes(privateKey), StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new IOException(privateKey + " holds no unencrypted private key in PKCS#8 PEM; convert it with:"
                    + " openssl pkcs8 -topk8 -nocrypt");
        }
        PKCS8EncodedKeySpec spec;
        try {
            spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        } catch (IllegalArgumentException e) {
            // The message of the cause might show a part of the key.
            throw new IOException(
                    privateKey + " is not written as PEM demands: what stands between BEGIN and END is no Base64;"
                            + " it may have been cut short. Copy it again");
        }
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // It is a key of another kind.
            }
        }
        throw new IOException(privateKey + " holds no private key of " + ALGORITHMS + ", or only a part of one");
    }
}

package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that know each other by certificates. */
@Timeout(180)
class TlsMembersTest {

    private static final String PASSWORD = "changeit";

    @TempDir
    private static Path certificates = Path.of("set by JUnit");

    @TempDir
    private Path directory = Path.of("set by JUnit");

    /** Certificates that sign themselves: what is trusted is the list of all of them but the stranger's. */
    @BeforeAll
    static void makeCertificates() throws Exception {
        StringBuilder trusted = new StringBuilder();
        for (String name : new String[] {"member-1", "member-2", "member-3", "newer-3", "stranger"}) {
            String subject = name.equals("stranger") || name.equals("newer-3") ? "member-3" : name;
            String certificate = make(name, subject);
            if (!name.equals("stranger")) {
                trusted.append(certificate);
            }
        }
        Files.writeString(certificates.resolve("trusted.pem"), trusted);
    }

    private static String make(String name, String subject) throws Exception {
        Path store = certificates.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "own",
                        "-dname",
                        "CN=" + subject + ",O=Quorate",
                        "-ext",
                        "san=dns:" + subject + ".example",
                        "-validity",
                        "2",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream input = Files.newInputStream(store)) {
            keys.load(input, PASSWORD.toCharArray());
        }
        String certificate = pem("CERTIFICATE", keys.getCertificate("own").getEncoded());
        Files.writeString(certificates.resolve(name + ".pem"), certificate);
        key(
                certificates.resolve(name + ".key"),
                pem("PRIVATE KEY", keys.getKey("own", PASSWORD.toCharArray()).getEncoded()));
        return certificate;
    }

    private static Path key(Path file, String text) throws IOException {
        Files.writeString(file, text);
        if (Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        return file;
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + what
                + "-----\n";
    }

    private static MemberSecurity tls(Path certificate, Path key) {
        return new MemberSecurity.MutualTls(
                certificate,
                key,
                certificates.resolve("trusted.pem"),
                // Both forms of a principal.
                Map.of(1, "CN=member-1,O=Quorate", 2, "member-2.example", 3, "member-3.example"));
    }

    private static MemberConfig secured(MemberConfig config, String name) {
        return secured(config, certificates.resolve(name + ".pem"), certificates.resolve(name + ".key"));
    }

    private static MemberConfig secured(MemberConfig config, Path certificate, Path key) {
        return MemberConfig.of(
                        config.cluster(), config.id(), config.members(), config.directory(), tls(certificate, key))
                .withElectionTimeout(config.electionTimeout())
                .withBootstrap(true);
    }

    private static void put(EnsembleMember member, String key) throws Exception {
        try (Session session = member.backend().open(SessionOptions.of("test")).get(60, TimeUnit.SECONDS)) {
            assertThat(session.commit(Commit.builder()
                                    .create(Key.of(key), Bytes.EMPTY)
                                    .build())
                            .get(60, TimeUnit.SECONDS)
                            .revision())
                    .isPositive();
            assertThat(session.get(Key.of(key), Read.LATEST).get(60, TimeUnit.SECONDS))
                    .isPresent();
        }
    }

    @Test
    void membersWithTheirCertificatesFormAnEnsemble() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3)) {
            for (int id = 1; id <= 3; id++) {
                EnsembleMember unused = trio.start(secured(trio.config(id), "member-" + id));
            }
            trio.awaitServing();
            for (EnsembleMember member : trio.members()) {
                put(member, "/from-" + member.status().id());
            }
        }
    }

    @Test
    void whoeverShowsNoTrustedCertificateOrThatOfAnotherMemberStaysOutside() throws Exception {
        for (String name : new String[] {"stranger", "member-2"}) {
            Path at = directory.resolve(name);
            try (MemberTrio trio = new MemberTrio(at, 3)) {
                for (int id = 1; id <= 3; id++) {
                    EnsembleMember unused = trio.start(secured(trio.config(id), "member-" + id));
                }
                trio.awaitServing();
                trio.stop(3);
                long before = trio.member(1).refusedConnections();
                EnsembleMember third = trio.start(secured(trio.config(3), name));
                await().atMost(MemberTrio.LIMIT).until(() -> trio.member(1).refusedConnections() >= before + 3);
                assertThat(third.awaitServing(Duration.ZERO)).isFalse();
                put(trio.member(1), "/without-it");
            }
        }
    }

    @Test
    void certificatesAreReplacedWhileTheMemberRuns() throws Exception {
        Path own = directory.resolve("own.pem");
        Path key = directory.resolve("own.key");
        Files.copy(certificates.resolve("stranger.pem"), own);
        Files.copy(certificates.resolve("stranger.key"), key, StandardCopyOption.COPY_ATTRIBUTES);
        try (MemberTrio trio = new MemberTrio(directory, 3)) {
            for (int id = 1; id <= 2; id++) {
                EnsembleMember unused =
                        trio.start(secured(trio.config(id), "member-" + id).withBootstrap(false));
            }
            EnsembleMember third = trio.start(secured(trio.config(3), own, key).withBootstrap(false));
            await().atMost(MemberTrio.LIMIT).until(() -> trio.member(1).refusedConnections() >= 2);
            assertThat(third.describe().members().get(0).role()).isEqualTo(BackendView.Role.UNREACHABLE);
            Files.write(own, Files.readAllBytes(certificates.resolve("newer-3.pem")));
            Files.write(key, Files.readAllBytes(certificates.resolve("newer-3.key")));
            await().atMost(MemberTrio.LIMIT)
                    .untilAsserted(
                            () -> assertThat(third.describe().members().get(0).role())
                                    .isNotEqualTo(BackendView.Role.UNREACHABLE));
        }
    }

    /** Between the replacement of the certificate and that of the key, the pair does not fit together. */
    @Test
    void halfReplacedPairIsNotTaken() throws Exception {
        Path own = directory.resolve("own.pem");
        Path key = key(directory.resolve("own.key"), Files.readString(certificates.resolve("member-3.key")));
        Files.copy(certificates.resolve("member-3.pem"), own);
        try (MemberTrio trio = new MemberTrio(directory, 3)) {
            for (int id = 1; id <= 2; id++) {
                EnsembleMember unused = trio.start(secured(trio.config(id), "member-" + id));
            }
            EnsembleMember unused = trio.start(secured(trio.config(3), own, key));
            trio.awaitServing();
            Files.write(own, Files.readAllBytes(certificates.resolve("newer-3.pem")));
            // Member 3 connects anew, by the pair that fits.
            trio.stop(1);
            EnsembleMember first = trio.start(secured(trio.config(1), "member-1"));
            await().atMost(MemberTrio.LIMIT)
                    .untilAsserted(
                            () -> assertThat(first.describe().members().get(2).role())
                                    .isNotEqualTo(BackendView.Role.UNREACHABLE));
        }
    }

    @Test
    void keyOfAnotherCertificateIsRefused() throws IOException {
        MemberConfig config = new MemberTrio(directory, 3).config(1);
        Path other = certificates.resolve("member-2.key");
        assertThatThrownBy(() -> EnsembleMember.of(secured(config, certificates.resolve("member-1.pem"), other))
                        .start())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContainingAll(other.toString(), "is not the private key of the certificate");
    }

    @Test
    void damagedPemIsRefusedInPlainWords() throws IOException {
        MemberConfig config = new MemberTrio(directory, 3).config(1);
        String key = Files.readString(certificates.resolve("member-1.key"));
        String certificate = Files.readString(certificates.resolve("member-1.pem"));
        for (int length = 0; length < key.indexOf("-----END") - 4; length += 3) {
            String cut = key.substring(0, length) + "\n-----END PRIVATE KEY-----\n";
            assertRefusedWith(config, certificates.resolve("member-1.pem"), key(directory.resolve("cut.key"), cut));
        }
        for (int length = 0; length < certificate.indexOf("-----END") - 4; length += 3) {
            Path cut = Files.writeString(
                    directory.resolve("cut.pem"), certificate.substring(0, length) + "\n-----END CERTIFICATE-----\n");
            assertRefusedWith(config, cut, certificates.resolve("member-1.key"));
        }
    }

    private static void assertRefusedWith(MemberConfig config, Path certificate, Path key) {
        assertThatThrownBy(() ->
                        EnsembleMember.of(secured(config, certificate, key)).start())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("cut.");
    }

    @Test
    void privateKeyThatOthersMayReadIsRefused() throws IOException {
        MemberConfig config = new MemberTrio(directory, 3).config(1);
        Path key = key(directory.resolve("open.key"), Files.readString(certificates.resolve("member-1.key")));
        assumeTrue(Files.getFileStore(key).supportsFileAttributeView(PosixFileAttributeView.class));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> EnsembleMember.of(secured(config, certificates.resolve("member-1.pem"), key))
                        .start())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("chmod 600 " + key);
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws IOException {
        MemberConfig config = new MemberTrio(directory, 3).config(1);
        Path nothing = key(directory.resolve("nothing.pem"), "nothing");
        Path present = certificates.resolve("member-1.pem");
        Path key = certificates.resolve("member-1.key");
        for (Path[] wrong : new Path[][] {{nothing, key}, {present, nothing}, {directory.resolve("absent"), key}}) {
            Path culprit = wrong[0].equals(present) ? wrong[1] : wrong[0];
            assertThatThrownBy(() -> EnsembleMember.of(secured(config, wrong[0], wrong[1]))
                            .start())
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining(culprit.toString());
        }
        assertThat(config.directory()).doesNotExist();
    }
}

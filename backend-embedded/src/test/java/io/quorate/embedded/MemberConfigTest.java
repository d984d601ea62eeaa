package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.backend.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member is set up as its configuration says, or is told which line is wrong. */
class MemberConfigTest {

    private static final String COMPLETE = """
            cluster = orders
            member = 2
            member.1 = one.example:7101
            member.2 = two.example:7101
            member.3 = [2001:db8::3]:7101
            directory = data
            key.file = secret
            """;

    @TempDir
    private Path directory = Path.of("set by JUnit");

    private MemberConfig load(String text) throws IOException {
        secret("0f".repeat(32) + "\n");
        return MemberConfig.load(Files.writeString(directory.resolve("member.properties"), text));
    }

    private void secret(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), text);
        restrict(file, "rw-------");
    }

    /** Sets the rights of a file, where there are such rights. */
    private static void restrict(Path file, String permissions) throws IOException {
        if (Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        }
    }

    private void assertRefused(String text, String... parts) {
        assertThatThrownBy(() -> load(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(directory.resolve("member.properties").toString())
                .hasMessageContainingAll(parts);
    }

    @Test
    void fileSaysWhatItSays() throws IOException {
        MemberConfig config = load(COMPLETE + "bind = 0.0.0.0:7101\nbootstrap = true\nelection.timeout = 0.5s\n");
        assertThat(config.cluster()).isEqualTo("orders");
        assertThat(config.id()).isEqualTo(2);
        assertThat(config.members()).hasSize(3).containsEntry(3, "[2001:db8::3]:7101");
        assertThat(config.directory()).isEqualTo(directory.toAbsolutePath().resolve("data"));
        assertThat(config.bind()).contains("0.0.0.0:7101");
        assertThat(config.bootstrap()).isTrue();
        assertThat(config.allowInsecureNetwork()).isFalse();
        assertThat(config.electionTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.toString()).doesNotContain("0f0f");
    }

    @Test
    void certificatesTakeThePlaceOfTheKey() throws IOException {
        MemberConfig config = load(COMPLETE.replace("key.file = secret", "tls.certificate = c.pem")
                + "tls.key = k.pem\ntls.trusted = t.pem\ntls.member.1 = a\ntls.member.2 = b\ntls.member.3 = c\n");
        assertThat(config.security())
                .isInstanceOfSatisfying(
                        MemberSecurity.MutualTls.class,
                        tls -> assertThat(tls.principals()).containsEntry(3, "c"));
    }

    @Test
    void wrongLinesAreNamed() {
        assertRefused(COMPLETE + "colour = red\n", "colour");
        assertRefused(COMPLETE.replace("cluster = orders\n", ""), "cluster is missing");
        assertRefused(COMPLETE.replace("orders", "or ders"), "cluster must be");
        assertRefused(
                COMPLETE.replace("member = 2", "member = 4"),
                "member must be one of [1, 2, 3], which have an address here, not 4");
        assertRefused(COMPLETE.replace("member.3", "member.4"), "without a hole");
        assertRefused(COMPLETE.replace("member.3", "member.x"), "member.x must end with the id");
        assertRefused(COMPLETE.replace("one.example:7101", "one.example"), "has no port");
        assertRefused(COMPLETE.replace("one.example:7101", "one.example:70000"), "70000");
        assertRefused(COMPLETE.replace("one.example", "two.example"), "same address");
        assertRefused(COMPLETE + "bootstrap = yes\n", "bootstrap must be true or false");
        assertRefused(COMPLETE + "election.timeout = 1\n", "election.timeout must be a time such as");
        assertRefused(COMPLETE + "election.timeout = 1ms\n", "election.timeout");
        assertRefused(COMPLETE.replace("key.file = secret\n", ""), "either key.file or tls.certificate");
        assertRefused(COMPLETE + "tls.certificate = c.pem\n", "either key.file or tls.certificate");
    }

    @Test
    void keyThatIsTooShortOrNoKeyIsRefusedAndNotShown() throws IOException {
        Path file = Files.writeString(directory.resolve("m.properties"), COMPLETE);
        secret("topsecret");
        assertThatThrownBy(() -> MemberConfig.load(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hexadecimal")
                .hasMessageNotContaining("topsecret");
        secret("0f0f");
        assertThatThrownBy(() -> MemberConfig.load(file))
                .hasMessageContainingAll(
                        file.toString(), "key.file", directory.resolve("secret").toString(), "at least 32 bytes");
    }

    /** File, key, value, and what to do: whoever reads the message need not look anywhere else. */
    @Test
    void everyRefusalNamesTheKeyAndItsValue() {
        assertRefused(COMPLETE.replace("member = 2", "member = two"), "member must be the id", "\"two\"");
        assertRefused(COMPLETE.replace("member.1", "member.01"), "member.01 must end with the id");
        assertRefused(COMPLETE.replaceAll("member\\..*\n", ""), "member.1 is missing", "host:port");
        assertRefused(COMPLETE.replace("one.example:7101", "one.example"), "member.1", "\"one.example\"", "host:port");
        assertRefused(COMPLETE.replace("one.example:7101", "one.example:0"), "member.1 needs a port", "one.example:0");
        assertRefused(COMPLETE.replace("directory = data", "directory = a\\u0000b"), "directory must be a path");
        assertRefused(COMPLETE + "bind = here\n", "bind must be an address", "\"here\"");
        assertRefused(
                COMPLETE + "snapshot.records = 3000000000\n", "snapshot.records must be a number", "\"3000000000\"");
        assertRefused(COMPLETE + "snapshot.bytes = -1\n", "snapshot.bytes must be a number", "\"-1\"");
        assertRefused(COMPLETE + "snapshot.bytes = many\n", "snapshot.bytes must be a number", "\"many\"");
        assertRefused(COMPLETE + "start.timeout = 1e9s\n", "start.timeout must be a time", "\"1e9s\"");
        assertRefused(COMPLETE + "start.timeout = 0s\n", "start.timeout is out of range", "\"0s\"", "1 ms to 1 day");
        assertRefused(COMPLETE + "election.timeout = 1ms\n", "election.timeout must be a time", "\"1ms\"");
        assertRefused(COMPLETE + "election.timeout = 1h\n", "election.timeout is out of range", "50 ms to 30 s");
        assertRefused(COMPLETE + "cluster = others\n", "cluster is there twice");
        assertRefused(COMPLETE + "bind = \\u12\n", "uxxxx");
        assertRefused(COMPLETE + "colour = red\n", "[colour]", "correct or remove", "election.timeout");
        String tls = COMPLETE.replace("key.file = secret", "tls.certificate = c.pem");
        assertRefused(tls, "tls.key is missing");
        String complete = tls + "tls.key = k.pem\ntls.trusted = t.pem\ntls.member.1 = a\ntls.member.2 = b\n";
        assertRefused(complete, "tls.member.ID", "[1, 2, 3]", "[1, 2]");
        assertRefused(complete + "tls.member.3 = b\n", "tls.member.3", "\"b\"");
    }

    @Test
    void fileThatIsAbsentOrNoTextIsRefused() throws IOException {
        Path absent = directory.resolve("absent.properties");
        assertThatThrownBy(() -> MemberConfig.load(absent))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(absent.toString(), "does not exist");
        Path binary = Files.write(directory.resolve("binary.properties"), new byte[] {'a', '=', (byte) 0xC3, '\n'});
        assertThatThrownBy(() -> MemberConfig.load(binary))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(binary.toString(), "UTF-8");
        Path file = Files.writeString(directory.resolve("m.properties"), COMPLETE);
        assertThatThrownBy(() -> MemberConfig.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(file.toString(), "key.file", "does not exist", "openssl rand -hex 32");
    }

    @Test
    void keyThatOthersMayReadIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("m.properties"), COMPLETE);
        secret("0f".repeat(32));
        assumeTrue(Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class));
        Path key = directory.resolve("secret");
        for (String permissions : List.of("rw-r-----", "rw----r--", "rw--w----")) {
            restrict(key, permissions);
            assertThatThrownBy(() -> MemberConfig.load(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(file.toString(), "key.file", permissions, "chmod 600 " + key);
        }
        restrict(key, "r--------");
        assertThat(MemberConfig.load(file).id()).isEqualTo(2);
    }

    @Test
    void everyMemberHasAPrincipalOfItsOwn() {
        Map<Integer, String> members = Map.of(1, "a:1", 2, "b:1");
        Path file = Path.of("x");
        assertThatThrownBy(() -> MemberConfig.of(
                        "c", 1, members, file, new MemberSecurity.MutualTls(file, file, file, Map.of(1, "p"))))
                .hasMessageContaining("needs a principal");
        assertThatThrownBy(() -> MemberConfig.of(
                        "c", 1, members, file, new MemberSecurity.MutualTls(file, file, file, Map.of(1, "p", 2, "p"))))
                .hasMessageContaining("share a principal");
        assertThatThrownBy(() -> new MemberSecurity.SharedKey(Bytes.of(new byte[31])))
                .hasMessageContaining("openssl rand -hex 32");
    }
}

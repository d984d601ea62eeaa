package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
        Files.writeString(directory.resolve("secret"), "0f".repeat(32) + "\n");
        return MemberConfig.load(Files.writeString(directory.resolve("member.properties"), text));
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
        assertRefused(COMPLETE.replace("member = 2", "member = 4"), "id must be one of [1, 2, 3]");
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
        Files.writeString(directory.resolve("secret"), "topsecret");
        assertThatThrownBy(() -> MemberConfig.load(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hexadecimal")
                .hasMessageNotContaining("topsecret");
        Files.writeString(directory.resolve("secret"), "0f0f");
        assertThatThrownBy(() -> MemberConfig.load(file)).hasMessageContaining("at least 32 bytes");
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

package io.quorate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Bytes;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Records are decoded from entries, and whatever is wrong is named with its path, all of it at once. */
final class RecordCodecTest {

    enum Mode {
        READ_ONLY,
        READ_WRITE
    }

    record Pool(int maxSize, @DefaultValue("30s") Duration timeout) {
        Pool {
            if (maxSize < 1) {
                throw new IllegalArgumentException("maxSize must be positive");
            }
        }
    }

    record Host(String name, @DefaultValue("443") int port) {}

    record Everything(
            String text,
            boolean flag,
            byte small,
            short medium,
            int number,
            Long large,
            double ratio,
            float share,
            char letter,
            BigDecimal price,
            URI link,
            Mode mode,
            Duration pause,
            DataSize buffer,
            Secret password,
            Pool pool,
            List<Integer> ports,
            List<Host> hosts,
            Map<String, Duration> timeouts,
            Map<String, Pool> pools,
            Optional<String> note,
            Optional<Pool> spare) {}

    private static final Map<String, String> COMPLETE = complete();

    private static Map<String, String> complete() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("text", "hello, world");
        all.put("flag", "True");
        all.put("small", "1");
        all.put("medium", "2");
        all.put("number", " 3 ");
        all.put("large", "4");
        all.put("ratio", "0.5");
        all.put("share", "0.25");
        all.put("letter", "x");
        all.put("price", "9.99");
        all.put("link", "https://example.org/a");
        all.put("mode", "read-only");
        all.put("pause", "250ms");
        all.put("buffer", "10MiB");
        all.put("password", "hunter2");
        all.put("pool/maxSize", "8");
        all.put("ports", "80, 443");
        all.put("hosts/0/name", "a");
        all.put("hosts/1.name", "b");
        all.put("hosts/1/port", "80");
        all.put("timeouts/connect", "PT1S");
        all.put("timeouts/read", "5m");
        all.put("pools/main/maxSize", "2");
        return all;
    }

    @Test
    void everyTypeIsDecoded() {
        Everything decoded = decode(Everything.class, COMPLETE);

        assertThat(decoded)
                .isEqualTo(new Everything(
                        "hello, world",
                        true,
                        (byte) 1,
                        (short) 2,
                        3,
                        4L,
                        0.5,
                        0.25f,
                        'x',
                        new BigDecimal("9.99"),
                        URI.create("https://example.org/a"),
                        Mode.READ_ONLY,
                        Duration.ofMillis(250),
                        new DataSize(10 << 20),
                        Secret.of("hunter2"),
                        new Pool(8, Duration.ofSeconds(30)),
                        List.of(80, 443),
                        List.of(new Host("a", 443), new Host("b", 80)),
                        Map.of("connect", Duration.ofSeconds(1), "read", Duration.ofMinutes(5)),
                        Map.of("main", new Pool(2, Duration.ofSeconds(30))),
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        Map<String, String> wrong = new LinkedHashMap<>(COMPLETE);
        wrong.remove("text");
        wrong.put("flag", "yes");
        wrong.put("number", "3.5");
        wrong.put("mode", "append");
        wrong.put("buffer", "10MB!");
        wrong.put("ports", "80,x");
        wrong.put("hosts/3/name", "d");
        wrong.put("pool/maxSize", "0");
        wrong.put("pool/maximum", "9");
        wrong.put("nonsense", "1");

        assertThatThrownBy(() -> decode(Everything.class, wrong))
                .isInstanceOfSatisfying(
                        InvalidConfigException.class,
                        e -> assertThat(e.problems())
                                .containsExactlyInAnyOrder(
                                        "text: missing; it must be a text",
                                        "flag: 'yes' is not a boolean, true or false",
                                        "number: '3.5' is not an int",
                                        "mode: 'append' is not one of READ_ONLY, READ_WRITE",
                                        "buffer: '10MB!' is not a size, such as 10MiB or 4096",
                                        "ports/1: 'x' is not an int",
                                        "hosts/2: missing; elements are counted from 0",
                                        "hosts/3/name: unknown key",
                                        "pool: maxSize must be positive",
                                        "pool/maximum: unknown key",
                                        "nonsense: unknown key"));
    }

    @Test
    void secretIsInNoTextAndInNoError() {
        record Account(Secret password, int port) {}

        Account account = decode(Account.class, Map.of("password", "hunter2", "port", "1"));
        assertThat(account.password().reveal()).isEqualTo("hunter2");
        assertThat(account.toString()).doesNotContain("hunter2");
        assertThatThrownBy(() -> decode(Account.class, Map.of("password/x", "hunter2", "port", "x")))
                .message()
                .contains("password/x: unknown key")
                .doesNotContain("hunter2");
        assertThat(ConfigEntries.ofText(Map.of("password", "hunter2")).toString())
                .doesNotContain("hunter2");
    }

    @Test
    void keyThatOccursWithDotAndSlashIsAmbiguous() {
        assertThatThrownBy(() -> decode(Host.class, Map.of("name", "a", "x.y", "1", "x/y", "2")))
                .hasMessageContaining("x/y: occurs twice");
    }

    @Test
    void valueThatIsNotUtf8IsNamed() {
        ConfigEntries entries = ConfigEntries.of(Map.of("name", Bytes.of((byte) 0xff)));

        assertThatThrownBy(() -> ConfigCodec.ofRecord(Host.class).decode(entries))
                .hasMessageContaining("name: the value is not UTF-8");
    }

    @Test
    void typeThatCannotBeDecodedIsRefusedWhenTheCodecIsMade() {
        record Unsupported(Thread thread) {}
        record Endless(List<Endless> children) {}
        record WrongDefault(@DefaultValue("many") int count) {}

        assertThatThrownBy(() -> ConfigCodec.ofRecord(Unsupported.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Unsupported.thread")
                .hasMessageContaining("Duration");
        assertThatThrownBy(() -> ConfigCodec.ofRecord(Endless.class)).hasMessageContaining("contains itself");
        assertThatThrownBy(() -> ConfigCodec.ofRecord(WrongDefault.class))
                .hasMessageContaining("WrongDefault.count: 'many' is not an int");
    }

    @Test
    void sizesAreReadAndWritten() {
        assertThat(DataSize.parse("64 kib")).isEqualTo(new DataSize(65_536)).hasToString("64KiB");
        assertThat(DataSize.parse("4096b").bytes()).isEqualTo(4_096);
        assertThat(DataSize.parse("2GB").bytes()).isEqualTo(2_000_000_000L);
        assertThatThrownBy(() -> DataSize.parse("9999999TiB")).hasMessageContaining("8 EiB");
        assertThatThrownBy(() -> DataSize.parse("-1")).isInstanceOf(IllegalArgumentException.class);
    }

    private static <T extends Record> T decode(Class<T> type, Map<String, String> values) {
        return ConfigCodec.ofRecord(type).decode(ConfigEntries.ofText(values));
    }
}

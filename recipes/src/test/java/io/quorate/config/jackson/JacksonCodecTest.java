package io.quorate.config.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.config.ConfigEntries;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Documents are decoded strictly, and no error repeats a value. */
final class JacksonCodecTest {

    record Pool(int maxSize, List<String> hosts) {
        Pool {
            if (maxSize < 1) {
                throw new IllegalArgumentException("maxSize must be positive");
            }
        }
    }

    record App(String name, Pool pool) {}

    @Test
    void documentIsDecoded() {
        assertThat(decode("{\"name\": \"shop\", \"pool\": {\"maxSize\": 3, \"hosts\": [\"a\", \"b\"]}}"))
                .isEqualTo(new App("shop", new Pool(3, List.of("a", "b"))));
    }

    @Test
    void whatIsWrongIsNamedByItsPathAndNeverByItsValue() {
        assertRefused("{\"name\": \"shop\", \"pool\": {\"maxSize\": \"hunter2\", \"hosts\": []}}", "pool/maxSize: ");
        assertRefused(
                "{\"name\": \"shop\", \"pool\": {\"maxSize\": 3, \"hosts\": [], \"x\": \"hunter2\"}}",
                "pool/x: unknown key");
        assertRefused("{\"name\": \"hunter2\", \"pool\": {\"hosts\": []}}", "pool");
        assertRefused(
                "{\"name\": \"shop\", \"pool\": {\"maxSize\": 0, \"hosts\": []}}", "pool: maxSize must be positive");
        assertRefused("{\"name\": hunter2", "malformed at line 1");
        assertRefused("{\"name\": \"hunter2\", \"pool\": null} {}", "App: ");
    }

    @Test
    void moreThanOneEntryIsNoDocument() {
        assertThatThrownBy(() -> JacksonCodec.of(new ObjectMapper(), App.class)
                        .decode(ConfigEntries.ofText(Map.of("a", "{}", "b", "{}"))))
                .hasMessageContaining("[a, b]");
    }

    private static void assertRefused(String document, String reason) {
        assertThatThrownBy(() -> decode(document)).message().contains(reason).doesNotContain("hunter2");
    }

    private static App decode(String document) {
        return JacksonCodec.of(new ObjectMapper(), App.class)
                .decode(ConfigEntries.ofText(Map.of("app.json", document)));
    }
}

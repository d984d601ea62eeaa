package io.quorate.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar of keys, with the position of each offence, and how keys relate to one another. */
class KeyTest {

    @Test
    void leadingSlashMayBeLeftOut() {
        assertThat(Key.of("a/b")).isEqualTo(Key.of("/a/b")).hasToString("/a/b");
    }

    @ParameterizedTest
    @CsvSource({
        "'',                0, must not be empty",
        "'//',              1, must not be empty",
        "'/a//b',           3, must not be empty",
        "'/a/',             3, must not be empty",
        "'a/',              2, must not be empty",
        "'.',               0, must not be",
        "'/a/./b',          3, must not be",
        "'/a/..',           3, must not be",
        "'a/..',            2, must not be",
        "'/zookeeper',      1, is reserved for",
        "'zookeeper/quota', 0, is reserved for",
        "'/quorate/x',      1, is reserved for"
    })
    void offenceIsNamedWithItsPosition(String text, int position, String reason) {
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> Key.of(text))
                .satisfies(refusal -> {
                    assertThat(refusal.position()).isEqualTo(position);
                    assertThat(refusal.reason()).contains(reason);
                    assertThat(refusal).hasMessageContaining("at position " + position);
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x1F, 0x7F, 0x80, 0x9F, 0xD800, 0xDFFF, 0xE000, 0xF8FF, 0xFFF0, 0xFFFF})
    void forbiddenCharacterIsNamedWithItsPosition(int character) {
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> Key.of("/ab/c" + (char) character + "d"))
                .satisfies(refusal -> assertThat(refusal.position()).isEqualTo(5))
                .withMessageContaining(String.format("U+%04X", character));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x20, 0x7E, 0xA0, 0xD7FF, 0xF900, 0xFFEF})
    void neighboursOfForbiddenCharactersAreAllowed(int character) {
        String text = "/a" + (char) character + "b";
        assertThat(Key.of(text)).hasToString(text);
    }

    @Test
    void reservedWordsAreAllowedBelowTheTopAndAsParts() {
        for (String text : List.of("/a/zookeeper", "/a/quorate", "/zookeeper2", "/my-quorate", "/...", "/a/.hidden")) {
            assertThat(Key.of(text)).hasToString(text);
        }
    }

    @Test
    void segmentHasAtMost255BytesAndNotCharacters() {
        assertThat(Key.of("s".repeat(255)).name()).hasSize(255);
        assertRefused("/a/" + "s".repeat(256), 3, "255 bytes");
        assertThat(Key.of("\u00e4".repeat(127)).name()).hasSize(127);
        assertRefused("\u00e4".repeat(128), 0, "255 bytes");
    }

    @Test
    void keyHasAtMost32Segments() {
        String deepest = String.join("/", Collections.nCopies(32, "s"));
        assertThat(Key.of(deepest).segments()).hasSize(32);
        assertRefused("/" + deepest + "/t", 65, "32 segments");
    }

    @Test
    void keyHasAtMost1024BytesAndNotCharacters() {
        String segments = ("/" + "s".repeat(203)).repeat(5);
        assertThat(Key.of(segments + "/xyz").sizeInBytes()).isEqualTo(1024);
        assertRefused(segments + "/wxyz", 1024, "1024 bytes");
        String wide = ("/" + "\u00e4".repeat(120)).repeat(5);
        assertRefused(wide, wide.length() - 1, "1024 bytes");
    }

    private static void assertRefused(String text, int position, String reason) {
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> Key.of(text))
                .withMessageContaining(reason)
                .satisfies(refusal -> assertThat(refusal.position()).isEqualTo(position));
    }

    @Test
    void childIsOneSegment() {
        assertThat(Key.of("/a").child("b")).isEqualTo(Key.of("/a/b"));
        assertThat(Key.ROOT.child("b")).isEqualTo(Key.of("/b"));
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> Key.of("/a").child("b/c"))
                .satisfies(refusal -> assertThat(refusal.position()).isEqualTo(1));
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> Key.of("/a").child(""));
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() -> Key.of("/a").child(".."));
    }

    @ParameterizedTest
    @CsvSource({"'', 0", "/, 1", "a//b, 2", "a/, 2", "/a/, 3"})
    void positionInARelativePathIsThatOfWhatWasWritten(String relative, int position) {
        for (Key base : List.of(Key.ROOT, Key.of("/locks"))) {
            assertThatExceptionOfType(InvalidKeyException.class)
                    .isThrownBy(() -> base.resolve(relative))
                    .satisfies(refusal -> assertThat(refusal.position()).isEqualTo(position));
        }
    }

    @Test
    void resolveTakesARelativePath() {
        assertThat(Key.of("/a").resolve("b/c")).isEqualTo(Key.of("/a").resolve("/b/c"));
        assertThat(Key.ROOT.resolve("b/c")).isEqualTo(Key.of("/b/c"));
    }

    @Test
    void parentNameAndSegmentsTakeAKeyApart() {
        Key key = Key.of("/a/b/c");
        assertThat(key.parent()).contains(Key.of("/a/b"));
        assertThat(Key.of("/a").parent()).contains(Key.ROOT);
        assertThat(Key.ROOT.parent()).isEmpty();
        assertThat(key.name()).isEqualTo("c");
        assertThat(Key.ROOT.name()).isEmpty();
        assertThat(key.segments()).containsExactly("a", "b", "c");
        assertThat(Key.ROOT.segments()).isEmpty();
        assertThat(Key.of("/")).isSameAs(Key.ROOT);
    }

    @Test
    void startsWithComparesSegmentsAndNotCharacters() {
        Key key = Key.of("/a/b");
        assertThat(Stream.of("/", "/a", "/a/b").map(Key::of)).allMatch(key::startsWith);
        assertThat(Stream.of("/a/b/c", "/a/bc", "/b").map(Key::of)).noneMatch(key::startsWith);
        assertThat(Key.of("/a/bc").startsWith(key)).isFalse();
    }

    @Test
    void isChildOfSeesOneLevelOnly() {
        assertThat(Key.of("/a/b").isChildOf(Key.of("/a"))).isTrue();
        assertThat(Key.of("/a").isChildOf(Key.ROOT)).isTrue();
        assertThat(Key.of("/a/b/c").isChildOf(Key.of("/a"))).isFalse();
        assertThat(Key.of("/a").isChildOf(Key.of("/a"))).isFalse();
        assertThat(Key.ROOT.isChildOf(Key.ROOT)).isFalse();
    }

    @Test
    void keysAreOrderedByTheirCanonicalForm() {
        assertThat(Stream.of("/b", "/a/c", "/a", "/a-b").map(Key::of).sorted().map(Key::toString))
                .containsExactly("/a", "/a-b", "/a/c", "/b");
        assertThat(Key.of("/a")).hasSameHashCodeAs(Key.of("a")).isNotEqualTo(Key.of("/A"));
    }
}

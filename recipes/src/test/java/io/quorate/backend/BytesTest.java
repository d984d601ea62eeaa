package io.quorate.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Values are immutable, compare by content, and keep it to themselves. */
class BytesTest {

    @Test
    void arraysAreCopiedInAndOut() {
        byte[] array = {1, 2, 3};
        Bytes bytes = Bytes.of(array);
        array[0] = 9;
        bytes.toByteArray()[1] = 9;
        assertThat(bytes).isEqualTo(Bytes.of((byte) 1, (byte) 2, (byte) 3));
        assertThat(bytes.size()).isEqualTo(3);
    }

    @Test
    void contentDecidesEquality() {
        assertThat(Bytes.utf8("\u00e4")).isEqualTo(Bytes.of((byte) 0xC3, (byte) 0xA4));
        assertThat(Bytes.utf8("\u00e4")).hasSameHashCodeAs(Bytes.of((byte) 0xC3, (byte) 0xA4));
        assertThat(Bytes.utf8("a")).isNotEqualTo(Bytes.utf8("b"));
        assertThat(Bytes.utf8("a\u00e4").utf8()).isEqualTo("a\u00e4");
    }

    @Test
    void emptyIsOneValue() {
        assertThat(Bytes.of()).isSameAs(Bytes.EMPTY);
        assertThat(Bytes.utf8("")).isSameAs(Bytes.EMPTY);
    }

    @Test
    void malformedTextIsReplacedAndNotRefused() {
        assertThat(Bytes.of((byte) 0xFF).utf8()).isEqualTo("\uFFFD");
    }

    @Test
    void textFormHidesTheContent() {
        assertThat(Bytes.utf8("secret")).hasToString("Bytes[6]");
        assertThat(new Op.Create(Key.of("/a"), Bytes.utf8("secret"), Op.Lifetime.SESSION).toString())
                .doesNotContain("secret");
    }
}

package io.quorate.embedded.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a fuzzer has found worth keeping, and some that is nearly the same, is read without a failure. */
class CorpusTest {

    private static final int NEIGHBOURS = 20;

    @ParameterizedTest
    @EnumSource
    void everyKeptInputIsUnderstoodOrRefused(Target target) throws IOException {
        List<byte[]> inputs = Corpus.of(target);
        assertThat(inputs).isNotEmpty();
        for (byte[] input : inputs) {
            assertRead(target, input);
        }
    }

    @ParameterizedTest
    @EnumSource
    void soIsWhateverDiffersALittle(Target target) throws IOException {
        Random random = new Random(1);
        for (byte[] input : Corpus.of(target)) {
            for (int i = 0; i < NEIGHBOURS && input.length > 0; i++) {
                byte[] neighbour = input.clone();
                neighbour[random.nextInt(neighbour.length)] = (byte) random.nextInt();
                assertRead(target, neighbour);
            }
        }
    }

    private static void assertRead(Target target, byte[] input) {
        assertThatCode(() -> target.read(input))
                .as("%s %s", target, HexFormat.of().formatHex(input))
                .doesNotThrowAnyException();
    }
}

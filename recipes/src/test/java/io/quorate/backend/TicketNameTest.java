package io.quorate.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of tickets, in particular where their sequence wraps around. */
class TicketNameTest {

    private static final String ID = "0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 999_999_999, Integer.MAX_VALUE, Integer.MIN_VALUE, -1_000_000_000, -999_999_999, -5, -1})
    void nameIsReadAsItWasWritten(int sequence) {
        TicketName name = new TicketName("w", ID, sequence);
        assertThat(TicketName.parse(name.toString())).contains(name);
        assertThat(Key.of("/queue").child(name.toString()).name()).isEqualTo(name.toString());
    }

    @Test
    void sequenceIsPaddedAsZooKeeperDoesIt() {
        assertThat(new TicketName("read", ID, 42)).hasToString("read-" + ID + "-0000000042");
        assertThat(new TicketName("w", ID, -42)).hasToString("w-" + ID + "--000000042");
        assertThat(new TicketName("w", ID, Integer.MIN_VALUE)).hasToString("w-" + ID + "--2147483648");
    }

    @Test
    void digitsAreAsciiWhateverTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(new TicketName("w", ID, 7)).hasToString("w-" + ID + "-0000000007");
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "w",
                "w-0123456789abcdef0123456789abcdef",
                "w-0123456789abcdef0123456789abcdef-1",
                "w-0123456789abcdef0123456789abcdef-00000000001",
                "w-0123456789abcdef0123456789abcdef-9999999999",
                "w-0123456789abcdef0123456789abcdef--9999999999",
                "w-0123456789ABCDEF0123456789abcdef-0000000001",
                "w-0123456789abcdef-0000000001",
                "W-0123456789abcdef0123456789abcdef-0000000001",
                "-0123456789abcdef0123456789abcdef-0000000001",
                "abcdefghijklmnopq-0123456789abcdef0123456789abcdef-0000000001",
                "w-0123456789abcdef0123456789abcdef-0000000001x"
            })
    void anythingElseIsNoTicket(String segment) {
        assertThat(TicketName.parse(segment)).isEmpty();
    }

    @Test
    void badPartsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TicketName("", ID, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new TicketName("a-b", ID, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new TicketName("x".repeat(17), ID, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new TicketName("w", ID.substring(1), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new TicketName("w", ID.replace('a', 'A'), 0));
    }

    @Test
    void orderHoldsAcrossTheOverflow() {
        List<TicketName> inOrder = new ArrayList<>();
        int sequence = Integer.MAX_VALUE - 3;
        for (int i = 0; i < 8; i++) {
            inOrder.add(new TicketName("w", ID, sequence++));
        }
        List<TicketName> shuffled = new ArrayList<>(inOrder);
        Collections.shuffle(shuffled, new Random(1));
        shuffled.sort(TicketName.FIFO);
        assertThat(shuffled).containsExactlyElementsOf(inOrder);
    }

    @Test
    void orderHoldsAcrossZeroAndIgnoresTheLabel() {
        assertThat(TicketName.FIFO.compare(new TicketName("z", ID, -1), new TicketName("a", ID, 0)))
                .isNegative();
        assertThat(TicketName.FIFO.compare(new TicketName("a", ID, 5), new TicketName("z", ID, 5)))
                .isZero();
    }
}

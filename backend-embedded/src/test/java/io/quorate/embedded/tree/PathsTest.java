package io.quorate.embedded.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.TicketName;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Names are written as the backend interface writes them. */
class PathsTest {

    private static final int[] SEQUENCES = {
        0,
        1,
        9,
        10,
        123,
        999_999_999,
        1_000_000_000,
        Integer.MAX_VALUE,
        -1,
        -9,
        -999_999_999,
        -1_000_000_000,
        Integer.MIN_VALUE
    };

    @Test
    void ticketIsNamedAsTheBackendInterfaceNamesIt() {
        for (int sequence : SEQUENCES) {
            String name = Paths.ticket("write", Fixture.ID, sequence);
            assertThat(name).isEqualTo(new TicketName("write", Fixture.ID, sequence).toString());
            assertThat(Paths.isTicket(name)).isTrue();
            assertThat(Paths.ticketId(name)).isEqualTo(6);
        }
    }

    @Test
    void otherNamesAreNoTickets() {
        String id = Fixture.ID;
        String[] names = {
            "",
            "w",
            "w-",
            "w-" + id,
            "w-" + id + "-",
            "w-" + id + "-123",
            "W-" + id + "-0000000000",
            "w-" + id.toUpperCase(Locale.ROOT) + "-0000000000",
            "-" + id + "-0000000000",
            "w-" + id + "-9999999999",
            "w-" + id + "-00000000000",
            "w-" + id + "--00000000",
            "abcdefghijklmnopq-" + id + "-0000000000"
        };
        for (String name : names) {
            assertThat(Paths.isTicket(name)).as(name).isFalse();
            assertThat(TicketName.parse(name)).as(name).isEmpty();
        }
    }

    @Test
    void lengthIsThatOfTheEncodedText() {
        for (String text : new String[] {"", "/a", "/\u00e9", "/\u6f22\u5b57", "\ud83d\udd12x"}) {
            assertThat(Paths.utf8Length(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    @Test
    void pathThatCannotBeWalkedIsNoPath() {
        String[] paths = {"", "/", "a", "//", "/a/", "/a//b", "/" + "s".repeat(256), "/a".repeat(33)};
        for (String path : paths) {
            assertThat(Paths.isWalkable(path)).as(path).isFalse();
        }
        assertThat(Paths.isWalkable("/a".repeat(32))).isTrue();
        assertThat(Paths.depth("/a".repeat(32))).isEqualTo(32);
    }
}

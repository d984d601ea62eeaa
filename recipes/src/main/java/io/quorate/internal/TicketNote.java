package io.quorate.internal;

import io.quorate.backend.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What is stored in a ticket: the name of its owner and, once an exclusive turn was turned into a shared one, a mark of that.
 *
 * <p>The mark follows the name behind a NUL, which no owner name contains.
 *
 * @param owner the name of the owner
 * @param sharing whether the ticket shares its turn though its label says that it does not
 */
public record TicketNote(String owner, boolean sharing) {

    private static final String MARK = "\0shared";

    /** Reads the value of a ticket. */
    public static TicketNote of(@Nullable Bytes value) {
        if (value == null) {
            return new TicketNote("(unknown)", false);
        }
        String text = value.utf8();
        return text.endsWith(MARK)
                ? new TicketNote(text.substring(0, text.length() - MARK.length()), true)
                : new TicketNote(text, false);
    }

    /** Returns the value with which a ticket says that it shares its turn from now on. */
    public static Bytes sharing(Bytes owner) {
        return Bytes.utf8(owner.utf8() + MARK);
    }
}

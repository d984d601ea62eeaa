package io.quorate.backend;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last segment of a ticket's key: {@code label-id-sequence}.
 *
 * <p>The form is the same on every backend, so that whoever lists a queue can read it. A segment of this form is
 * reserved for tickets: no commit may create it.
 *
 * @param label what kind of ticket it is; {@code [a-z0-9]{1,16}}
 * @param id 32 lower-case hexadecimal digits, drawn at random for each enqueue operation. They make the name unique for
 *     ever, even where the sequence starts anew, and let an operation whose reply was lost find its own ticket.
 * @param sequence the place in the queue; see {@link #FIFO}
 */
public record TicketName(String label, String id, int sequence) {

    /**
     * Orders the tickets of one queue, first come first.
     *
     * <p>Sequence numbers are compared by their difference (serial number arithmetic, RFC 1982), because a 32-bit
     * sequence wraps around; tickets that exist at the same time are less than 2<sup>31</sup> apart. Only such tickets may be compared: the
     * sequence of a queue that was deleted starts anew, and among tickets of different lives of it this is not an order at all, since
     * it is not transitive. What orders those is the {@linkplain Ticket#revision() revision}.
     */
    @SuppressWarnings("ComparatorMethodParameterNotUsed")
    public static final Comparator<TicketName> FIFO = (a, b) -> Integer.signum(a.sequence - b.sequence);

    private static final int MAX_LABEL = 16;
    private static final int ID_DIGITS = 32;
    private static final int SEQUENCE_CHARACTERS = 10;
    private static final Pattern NAME = Pattern.compile("([a-z0-9]{1,16})-([0-9a-f]{32})-([0-9]{10}|-[0-9]{9,10})");

    /** Checks the forms stated above. */
    public TicketName {
        checkLabel(label);
        if (id.length() != ID_DIGITS || !consistsOfDigitsAndLetters(id, 'f')) {
            throw new IllegalArgumentException("a ticket id has 32 lower-case hexadecimal digits");
        }
    }

    /**
     * Refuses a label that a ticket cannot have.
     *
     * @throws IllegalArgumentException naming the form
     */
    public static void checkLabel(String label) {
        if (label.isEmpty() || label.length() > MAX_LABEL || !consistsOfDigitsAndLetters(label, 'z')) {
            throw new IllegalArgumentException("a ticket label has 1 to 16 characters out of a-z and 0-9");
        }
    }

    private static boolean consistsOfDigitsAndLetters(String text, char lastLetter) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > lastLetter)) {
                return false;
            }
        }
        return true;
    }

    /** Reads a segment; empty if it is no ticket's name. */
    public static Optional<TicketName> parse(String segment) {
        Matcher matcher = NAME.matcher(segment);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long sequence = Long.parseLong(matcher.group(3));
        if (sequence != (int) sequence) {
            return Optional.empty();
        }
        return Optional.of(new TicketName(matcher.group(1), matcher.group(2), (int) sequence));
    }

    /**
     * Returns the segment. The sequence is padded to ten characters, as ZooKeeper writes it: ten digits, or the sign
     * and at least nine digits once the sequence has wrapped around.
     */
    @Override
    public String toString() {
        // Names are compared with keys all the time, so that a formatter would cost more than most of what is done with
        // them.
        String sign = sequence < 0 ? "-" : "";
        String digits = Long.toString(Math.abs((long) sequence));
        int zeros = Math.max(0, SEQUENCE_CHARACTERS - sign.length() - digits.length());
        return label + "-" + id + "-" + sign + "0".repeat(zeros) + digits;
    }
}

package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import java.util.Optional;

/**
 * What the root of a published configuration says.
 *
 * @param number how many publishes there were, this one included
 * @param slot below which child of the root the keys are; {@link #IN_PLACE} for the root itself
 * @param author who published it
 * @param comment why
 */
record Head(long number, String slot, String author, String comment) {

    /** The slot of a configuration that was never published in a large piece. */
    static final String IN_PLACE = ".";

    /** The head of a configuration that was never published. */
    static final Head NONE = new Head(0, IN_PLACE, "", "");

    private static final String HEADING = "quorate configuration 1";

    Bytes format() {
        return new Fields()
                .put("number", number)
                .put("slot", slot)
                .put("author", author)
                .put("comment", comment)
                .format(HEADING);
    }

    /** Reads the value of a root; empty if it was not written by a publisher. */
    static Optional<Head> parse(Bytes value) {
        return Fields.parse(HEADING, value)
                .map(fields -> new Head(
                        fields.number("number"),
                        fields.find("slot").orElse(IN_PLACE),
                        fields.get("author"),
                        fields.get("comment")));
    }
}

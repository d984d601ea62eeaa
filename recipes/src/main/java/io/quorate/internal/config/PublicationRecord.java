package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import io.quorate.backend.Entry;
import io.quorate.config.ConfigEntries;
import io.quorate.config.ConfigPublication;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * What the history keeps of one publish. Its entry is created by the publishing commit, whose revision is therefore the
 * entry's.
 *
 * @param number its place among the publishes
 * @param author who
 * @param comment why
 * @param content the whole content in the {@link ContentForm}; empty if it is in the archive, being too large
 */
record PublicationRecord(long number, String author, String comment, Optional<byte[]> content) {

    private static final String HEADING = "quorate publication 1";

    /** Separates the number from the session in the name of a record whose content is archived. */
    private static final String ARCHIVED = "-";

    /** Returns the name of the record of a publish in one commit. Names sort by number. */
    static String nameOf(long number) {
        return String.format("%012d", number);
    }

    /**
     * Returns the name of a large publish, for its record, archive and slot, each of which ends with the revision of the
     * entry in the staging area that went before them.
     */
    static String nameOf(long number, String unique) {
        return nameOf(number) + ARCHIVED + unique;
    }

    /** Returns the number in a name, or -1 if it is none. */
    static long numberOf(String name) {
        int end = name.indexOf(ARCHIVED);
        try {
            return Long.parseLong(end < 0 ? name : name.substring(0, end));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Returns what makes the name of a large publish unique; empty for another name. */
    static String uniqueOf(String name) {
        int end = name.indexOf(ARCHIVED);
        return end < 0 ? "" : name.substring(end + 1);
    }

    static boolean isArchived(String name) {
        return name.contains(ARCHIVED);
    }

    Bytes format() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(HEADING);
            out.writeLong(number);
            out.writeUTF(author);
            out.writeUTF(comment);
            out.writeBoolean(content.isPresent());
            if (content.isPresent()) {
                out.write(content.get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return Bytes.of(bytes.toByteArray());
    }

    /** Reads a record; empty if it is something else. */
    static Optional<PublicationRecord> parse(Bytes value) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(value.toByteArray()));
            if (!in.readUTF().equals(HEADING)) {
                return Optional.empty();
            }
            return Optional.of(new PublicationRecord(
                    in.readLong(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readBoolean() ? Optional.of(in.readAllBytes()) : Optional.empty()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Returns what users see of it. */
    ConfigPublication publication(Entry entry) {
        return new ConfigPublication(entry.createRevision(), number, author, comment, entry.createdAt());
    }

    /** Decodes a content. */
    static ConfigEntries decode(byte[] content) {
        try {
            return ContentForm.read(content);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the record of this publication is damaged: " + e.getMessage() + "; choose another revision", e);
        }
    }
}

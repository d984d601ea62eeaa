package io.quorate.embedded.zab;

import java.nio.ByteBuffer;

/**
 * What an {@link RecordType#ADMISSION} record says: from here on, this disk of a member counts, and none that it had before.
 *
 * @param member the id of the member
 * @param disk the number of its disk, see {@link DurableState#disk}
 */
public record Admission(int member, long disk) {

    private static final int BYTES = Integer.BYTES + Long.BYTES;

    /**
     * Reads the payload of such a record.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Admission of(byte[] payload) {
        if (payload.length != BYTES) {
            throw new IllegalArgumentException("an admission has " + BYTES + " bytes, not " + payload.length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(payload);
        int member = bytes.getInt();
        if (member < 1) {
            throw new IllegalArgumentException("an admission of member " + member);
        }
        return new Admission(member, bytes.getLong());
    }

    /** Returns the payload of such a record. */
    public byte[] payload() {
        return ByteBuffer.allocate(BYTES).putInt(member).putLong(disk).array();
    }
}

package io.quorate.embedded.log;

import java.nio.ByteBuffer;

/**
 * A record as it lies in a segment, its checksums verified and nothing else.
 *
 * @param offset where it begins in the file
 * @param nextOffset where the next one begins
 * @param epoch its epoch
 * @param index its index
 * @param prevHash the chain hash before it
 * @param durable the index up to which the log was durable when this record was written
 * @param type the code of its type
 * @param body its content, valid until the reader moves on
 */
record StoredRecord(
        long offset, long nextOffset, long epoch, long index, long prevHash, long durable, int type, ByteBuffer body) {

    byte[] copyOfBody() {
        byte[] copy = new byte[body.remaining()];
        body.duplicate().get(copy);
        return copy;
    }
}

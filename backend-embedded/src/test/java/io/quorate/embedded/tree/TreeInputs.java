package io.quorate.embedded.tree;

import java.nio.ByteBuffer;

/** Arbitrary bytes as transactions, requests, results and snapshots: understood, or refused by the exception that says so. */
public final class TreeInputs {

    private TreeInputs() {}

    /** A transaction; one that is understood is written as it was read. */
    public static void txn(byte[] input) {
        try {
            Txn read = TxnCodec.decode(ByteBuffer.wrap(input));
            Txn again = TxnCodec.decode(ByteBuffer.wrap(new TxnCodec().encode(read)));
            require(again.equals(read), read, again);
        } catch (MalformedDataException e) {
            // Refused.
        }
    }

    /** A request; the same. */
    public static void request(byte[] input) {
        try {
            Request read = RequestCodec.read(new BinaryInput(ByteBuffer.wrap(input)));
            BinaryOutput output = new BinaryOutput(64);
            RequestCodec.write(output, read);
            Request again = RequestCodec.read(new BinaryInput(ByteBuffer.wrap(output.toByteArray())));
            require(again.toString().equals(read.toString()), read, again);
        } catch (MalformedDataException e) {
            // Refused.
        }
    }

    /** An answer, with the result in it; the same. */
    public static void answer(byte[] input) {
        try {
            Result read = AnswerCodec.read(new BinaryInput(ByteBuffer.wrap(input)));
            BinaryOutput output = new BinaryOutput(64);
            AnswerCodec.write(output, read);
            Result again = AnswerCodec.read(new BinaryInput(ByteBuffer.wrap(output.toByteArray())));
            require(again.toString().equals(read.toString()), read, again);
        } catch (MalformedDataException e) {
            // Refused.
        }
    }

    /** The content of a snapshot in two chunks, the first byte says where they part. */
    public static void snapshot(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int cut = Math.min(input.length, 1 + (input[0] & 0xFF));
        try {
            SnapshotLoader loader = new SnapshotLoader();
            loader.accept(ByteBuffer.wrap(input, 1, cut - 1).slice());
            loader.accept(ByteBuffer.wrap(input, cut, input.length - cut).slice());
            loader.finish().checkInvariants();
        } catch (MalformedDataException e) {
            // Refused.
        }
    }

    private static void require(boolean same, Object read, Object again) {
        if (!same) {
            throw new IllegalStateException(read + " becomes " + again);
        }
    }
}

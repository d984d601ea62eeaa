package io.quorate.embedded.tree;

/** Results as bytes, as a leader sends them: those that are part of the state, and those that say why there is none. */
public final class AnswerCodec {

    private static final int KNOWN = 0;
    private static final int SESSION_GONE = 1;
    private static final int OUT_OF_ORDER = 2;
    private static final int FORGOTTEN = 3;

    private AnswerCodec() {}

    /** Writes a result. */
    public static void write(BinaryOutput output, Result result) {
        if (result instanceof Result.SessionGone) {
            output.octet(SESSION_GONE);
        } else if (result instanceof Result.OutOfOrder outOfOrder) {
            output.octet(OUT_OF_ORDER);
            output.number(outOfOrder.expected());
        } else if (result instanceof Result.Forgotten) {
            output.octet(FORGOTTEN);
        } else {
            output.octet(KNOWN);
            ResultCodec.write(output, result);
        }
    }

    /**
     * Reads a result.
     *
     * @throws MalformedDataException if the bytes are none
     */
    public static Result read(BinaryInput input) {
        int type = input.octet();
        return switch (type) {
            case KNOWN -> ResultCodec.read(input);
            case SESSION_GONE -> new Result.SessionGone();
            case OUT_OF_ORDER -> new Result.OutOfOrder(input.positive());
            case FORGOTTEN -> new Result.Forgotten();
            default -> throw new MalformedDataException("no answer has the type " + type);
        };
    }
}

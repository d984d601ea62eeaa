package io.quorate.embedded.transport;

import java.io.IOException;

/** What arrived on a connection is not what the other end may send there. The connection is closed; nothing of it was used. */
final class FrameException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with a frame. */
    enum Reason {
        /** It claims fewer bytes than a frame has. */
        TOO_SHORT,
        /** It claims more bytes than are allowed here; nothing was allocated. */
        TOO_LONG,
        /** Its checksum is that of other bytes. */
        CHECKSUM,
        /** It is of another version of the protocol. */
        VERSION,
        /** It is of another cluster. */
        CLUSTER,
        /** It is not from the member at the other end, or from another life of it. */
        SENDER,
        /** It belongs to another connection. */
        CONNECTION,
        /** There is no such message. */
        UNKNOWN_TYPE,
        /** A message of this type does not look like this. */
        MALFORMED,
        /** The parts of a message are more than any message has. */
        MESSAGE_TOO_LONG,
        /** It is well-formed and comes at the wrong time. */
        OUT_OF_PLACE
    }

    private final Reason reason;

    FrameException(Reason reason, String message) {
        super(reason + ": " + message);
        this.reason = reason;
    }

    FrameException(Reason reason, String message, Throwable cause) {
        super(reason + ": " + message, cause);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}

package io.quorate.remote.testing;

import java.io.IOException;

/** Bytes that are not ZooKeeper's client protocol; the connection that sent them is closed, and no other. */
final class MalformedFrameException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedFrameException(String message) {
        super(message);
    }

    MalformedFrameException(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.quorate.embedded.tree;

/**
 * Bytes that are no transaction, request or snapshot of this format.
 *
 * <p>It is the only throwable by which a decoder of this package refuses its input, whatever the input is. Nothing was
 * changed; the bytes must not be used.
 */
public final class MalformedDataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedDataException(String message) {
        super(message);
    }

    MalformedDataException(String message, Throwable cause) {
        super(message, cause);
    }
}

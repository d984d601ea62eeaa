package io.quorate.embedded.tree;

/**
 * Bytes that are no transaction, request, snapshot or message of this format.
 *
 * <p>It is the only throwable by which a decoder refuses its input, whatever the input is. Nothing was
 * changed; the bytes must not be used.
 */
public final class MalformedDataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what is wrong with the bytes. */
    public MalformedDataException(String message) {
        super(message);
    }

    /** Says what is wrong with the bytes, and how it was noticed. */
    public MalformedDataException(String message, Throwable cause) {
        super(message, cause);
    }
}

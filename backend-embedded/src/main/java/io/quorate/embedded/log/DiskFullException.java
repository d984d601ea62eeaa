package io.quorate.embedded.log;

import java.io.IOException;

/** The file system has no room, or the user's quota none, for the bytes that were to be written. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * A full disk.
     *
     * @param message what was to be written, and where
     */
    public DiskFullException(String message) {
        super(message);
    }
}

package io.quorate.embedded.log;

/** The data directory is one that others could redirect or write to. Nothing was changed. */
public final class UnsafeDataDirException extends StorageException {
    private static final long serialVersionUID = 1L;

    UnsafeDataDirException(String location, String why) {
        super("data directory " + location + " " + why, null);
    }
}

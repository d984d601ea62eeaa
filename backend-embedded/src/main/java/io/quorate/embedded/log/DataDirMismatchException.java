package io.quorate.embedded.log;

/** The data directory belongs to another cluster, member or life of the disk than the one that opens it. Nothing was changed. */
public final class DataDirMismatchException extends StorageException {
    private static final long serialVersionUID = 1L;

    DataDirMismatchException(String location, String file, String what, Object expected, Object found) {
        super(
                "data directory " + location + " is not this member's: " + file + " has " + what + " " + found
                        + ", expected " + expected + "; point the member at its own directory, or at an empty one",
                null);
    }
}

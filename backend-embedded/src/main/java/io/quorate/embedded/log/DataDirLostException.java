package io.quorate.embedded.log;

/** The data directory of a single member is empty, though the member has used it. Nothing was changed. */
public final class DataDirLostException extends StorageException {
    private static final long serialVersionUID = 1L;

    DataDirLostException(String location, long nodeId) {
        super(
                "data directory " + location + " is empty, but member " + nodeId
                        + " has been started with it before: its"
                        + " data was lost, and there is no other member to get it from; restore the directory from a"
                        + " backup, or begin anew in another one",
                null);
    }
}

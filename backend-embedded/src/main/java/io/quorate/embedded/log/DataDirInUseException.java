package io.quorate.embedded.log;

/** Another member, in this process or another, has the data directory open: stop it, or give this one its own directory. */
public final class DataDirInUseException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final long pid;

    /**
     * A directory that is in use.
     *
     * @param location its path
     * @param pid the process that has it, or −1 if unknown
     */
    public DataDirInUseException(String location, long pid) {
        super(
                "data directory " + location + " is in use by process " + (pid < 0 ? "(unknown)" : Long.toString(pid))
                        + "; stop that member, or use another directory",
                null);
        this.pid = pid;
    }

    /**
     * The process that has the directory.
     *
     * @return its id, or −1 if unknown
     */
    public long pid() {
        return pid;
    }
}

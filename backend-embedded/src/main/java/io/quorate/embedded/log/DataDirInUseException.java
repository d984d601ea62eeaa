package io.quorate.embedded.log;

/** Another holder, in this process or another, has the data directory open. */
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
        super("data directory " + location + " is in use by " + advice(pid), null);
        this.pid = pid;
    }

    private static String advice(long pid) {
        if (pid == ProcessHandle.current().pid()) {
            return "this process (" + pid
                    + "); share the ensemble that has it open, with one backend() for each client, or"
                    + " use another directory";
        }
        return "process " + (pid < 0 ? "(unknown)" : Long.toString(pid))
                + "; stop that process, or use another directory";
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

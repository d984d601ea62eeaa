package io.quorate.embedded.log;

/**
 * The log was asked to forget what a snapshot already contains. Nothing was changed. No legal leader asks for that: the
 * member must halt and report.
 */
public final class TruncationRefusedException extends StorageException {
    private static final long serialVersionUID = 1L;

    TruncationRefusedException(long index, long floor) {
        super(
                "refusing to go back to record " + index + ": a snapshot holds the applied state up to record " + floor
                        + ", which a quorum has committed; halt this member and look for two leaders or a foreign log",
                null);
    }
}

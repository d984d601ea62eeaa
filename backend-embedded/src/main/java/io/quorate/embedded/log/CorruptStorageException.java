package io.quorate.embedded.log;

import org.jspecify.annotations.Nullable;

/**
 * Durable bytes are not what was written: the medium lost or changed them. Nothing of what they held was served.
 *
 * <p>A member of a cluster sets its files aside and resynchronizes; a single member refuses to start, because only its
 * operator can decide to give up what the damage hides.
 */
public final class CorruptStorageException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;
    private final long index;
    private final String reason;

    CorruptStorageException(String file, long offset, long index, String reason) {
        this(file, offset, index, reason, null, null);
    }

    private CorruptStorageException(
            String file, long offset, long index, String reason, @Nullable String advice, @Nullable Throwable cause) {
        super(message(file, offset, index, reason, advice), cause);
        this.file = file;
        this.offset = offset;
        this.index = index;
        this.reason = reason;
    }

    private static String message(String file, long offset, long index, String reason, @Nullable String advice) {
        return "corrupt storage: " + file + " at byte " + offset + ", record " + index + ": " + reason
                + (advice == null ? "" : ". " + advice);
    }

    static CorruptStorageException unreadable(String file, long offset, long index, Throwable cause) {
        return new CorruptStorageException(file, offset, index, "cannot be read: " + cause.getMessage(), null, cause);
    }

    /** The same damage, with what the operator of a single member can do about it. */
    CorruptStorageException withAdvice(String advice) {
        return new CorruptStorageException(file, offset, index, reason, advice, this);
    }

    /**
     * The damaged file.
     *
     * @return its name within the data directory
     */
    public String file() {
        return file;
    }

    /**
     * Where the damage begins.
     *
     * @return a byte offset in the file
     */
    public long offset() {
        return offset;
    }

    /**
     * The first record that cannot be had because of it.
     *
     * @return its index, or that of the snapshot
     */
    public long index() {
        return index;
    }

    /**
     * What is wrong there.
     *
     * @return one sentence
     */
    public String reason() {
        return reason;
    }
}

package io.quorate.embedded.log;

/**
 * The rules by which the storage keeps its promise, each of which loses or invents data when it is left out.
 *
 * <p>A member always keeps all of them. Tests open a storage that breaks one, to prove that they would notice.
 */
enum DurabilityRule {
    /** An ACK needs an fsync that covers the record; a write alone lives in the page cache. */
    FORCE_BEFORE_ACK,
    /** A new, renamed or deleted name is durable only after an fsync of the directory. */
    FORCE_DIRECTORY,
    /** The size of a file is durable before records are written into its new part. */
    FORCE_PREALLOCATION,
    /** A segment's last record is durable before the next segment exists. */
    SEAL_BEFORE_ROLL,
    /** What is cut off is overwritten with zeros, so that it cannot follow the new end again. */
    ZERO_ON_TRUNCATE,
    /** The zeros of a truncation are durable before anything is appended behind it. */
    FORCE_TRUNCATION,
    /** A truncation is announced durably first, so that half of it is not taken for damage. */
    ANNOUNCE_TRUNCATION,
    /** What a snapshot holds is never truncated. */
    REFUSE_TRUNCATION_BELOW_SNAPSHOT,
    /** No byte is used before its checksum holds. */
    CHECK_CHECKSUMS,
    /** Every record names the hash of the log before it, and follows it by one. */
    CHECK_CHAIN,
    /** Zeros that stand before durable records, or before the next segment, are damage and not the end. */
    ZEROS_BEFORE_RECORDS_ARE_DAMAGE,
    /** A record is taken for torn only if a sector of it was never written. */
    TORN_NEEDS_A_MISSING_SECTOR,
    /** After a failed fsync nothing more is written or acknowledged. */
    STOP_AFTER_FAILED_FORCE,
    /** Recovery writes the last batch again before it vouches for it: a page cache may show what the disk never got. */
    REWRITE_LAST_BATCH,
    /** Whoever holds a record of an epoch has accepted that epoch, whatever the meta value says. */
    EPOCH_LIVES_IN_LOG,
    /** The epochs are written to one slot, then to the other, never over the only copy. */
    TWO_META_SLOTS,
    /** The log is deleted only below the oldest verified snapshot that is kept. */
    KEEP_LOG_ABOVE_OLDEST_SNAPSHOT,
    /** A snapshot's content is durable before it gets its name. */
    FORCE_SNAPSHOT_BEFORE_RENAME,
    /** The replacement of the log by a received snapshot is announced durably first. */
    ANNOUNCE_INSTALLATION
}

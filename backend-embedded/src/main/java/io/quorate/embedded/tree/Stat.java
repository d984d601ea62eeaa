package io.quorate.embedded.tree;

/**
 * The metadata of a node, as ZooKeeper knows it.
 *
 * @param czxid the index of the transaction that created it
 * @param mzxid the index of the last transaction that created or updated it
 * @param pzxid the index of the last transaction that created or deleted one of its children; its own creation at first
 * @param ctime when it was created, in milliseconds of the leader's wall clock
 * @param mtime when it was last updated
 * @param version how often it was updated; wraps around
 * @param cversion how often a child was created or deleted; wraps around
 * @param aversion how often its access list was changed
 * @param ephemeralOwner the session it belongs to, or 0
 * @param ttlMillis its time to live in milliseconds, or 0
 * @param dataLength the length of its value; 0 if it has none
 * @param children how many children it has
 * @param sequence the next number its sequence counter will give; wraps around
 * @param kind its kind
 */
public record Stat(
        long czxid,
        long mzxid,
        long pzxid,
        long ctime,
        long mtime,
        int version,
        int cversion,
        int aversion,
        long ephemeralOwner,
        long ttlMillis,
        int dataLength,
        int children,
        int sequence,
        NodeKind kind) {}

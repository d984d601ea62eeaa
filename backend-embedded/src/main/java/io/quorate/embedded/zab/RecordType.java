package io.quorate.embedded.zab;

/** What a record of the log is. */
public enum RecordType {
    /** The first record of an epoch, written by its leader; its payload names that leader. */
    NEWLEADER,
    /** A transaction of the state machine; its payload is opaque to the protocol. */
    TXN,
    /** A member came back with another disk, which counts from here on; its payload is an {@link Admission}. */
    ADMISSION
}

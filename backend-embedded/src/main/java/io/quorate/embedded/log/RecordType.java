package io.quorate.embedded.log;

import org.jspecify.annotations.Nullable;

/** What a record of the log is. The codes are on disk: they never change and are never used again. */
public enum RecordType {
    /** The first record of a leader's epoch. */
    NEWLEADER(1),
    /** One transaction of the state machine; its body is opaque here. */
    TXN(2),
    /** A member came back with another disk than it had, which counts from here on. */
    ADMISSION(3);

    private final int code;

    RecordType(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static @Nullable RecordType of(int code) {
        for (RecordType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }
}

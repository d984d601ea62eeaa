package io.quorate.embedded.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Remembers the first failure of a storage, after which it does nothing any more. Readable by any thread. */
final class FailStop {
    private final Rules rules;
    private volatile @Nullable StorageFailedException failure;

    FailStop(Rules rules) {
        this.rules = rules;
    }

    /** Refuses if the storage has failed or was closed. */
    void check() {
        StorageFailedException first = failure;
        if (first != null) {
            throw new StorageFailedException("the storage is dead: " + first.getMessage(), first);
        }
    }

    StorageFailedException fail(String what, Throwable cause) {
        StorageFailedException now = new StorageFailedException(
                what + " failed (" + cause.getMessage() + "); this member must stop and recover from its disk", cause);
        if (failure == null && rules.keep(DurabilityRule.STOP_AFTER_FAILED_FORCE)) {
            failure = now;
        }
        return now;
    }

    void close() {
        if (failure == null) {
            failure = new StorageFailedException("the storage was closed", null);
        }
    }

    @Nullable
    StorageFailedException failure() {
        return failure;
    }

    /** Something that touches the disk. */
    interface Action {
        void run() throws IOException;
    }

    /** Does what must not fail. */
    void run(String what, Action action) {
        check();
        try {
            action.run();
        } catch (IOException e) {
            throw fail(what, e);
        }
    }
}

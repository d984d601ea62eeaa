package io.quorate.embedded.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What opening a data directory found and did.
 *
 * @param outcome in one word
 * @param records how many records the log holds
 * @param end the last record, all of it durable
 * @param repairs what was changed, one sentence each
 * @param damage why the files were set aside, if they were
 */
public record RecoveryReport(
        Outcome outcome,
        long records,
        Position end,
        List<String> repairs,
        @Nullable CorruptStorageException damage) {

    /** The kinds of a start. */
    public enum Outcome {
        /** The directory was empty. */
        CREATED,
        /** Everything was as it was left. */
        CLEAN,
        /** A crash had left something half done; nothing acknowledged was lost. */
        REPAIRED,
        /** The files were damaged and set aside; this member starts empty and amnesiac. */
        QUARANTINED
    }
}

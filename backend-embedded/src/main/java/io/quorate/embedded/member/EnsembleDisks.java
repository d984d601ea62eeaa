package io.quorate.embedded.member;

import io.quorate.embedded.log.Disk;
import io.quorate.embedded.log.LogLimits;
import java.io.IOException;

/** Where an ensemble keeps its data: a directory of its own and one for each member. Thread-safe. */
public interface EnsembleDisks {

    /**
     * Returns the directory that says whose the others are.
     *
     * @throws IOException if it cannot be used
     */
    Disk ensemble() throws IOException;

    /**
     * Returns the directory of a member.
     *
     * @param id the id of the member
     * @throws IOException if it cannot be used
     */
    Disk member(int id) throws IOException;

    /** Returns the sizes of the members' logs. */
    default LogLimits limits() {
        return LogLimits.DEFAULT;
    }
}

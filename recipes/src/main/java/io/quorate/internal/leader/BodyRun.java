package io.quorate.internal.leader;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One run of a leader's body, from its start until it has ended for good. */
interface BodyRun {

    /** Somebody who is told once when the body has ended, by whatever thread ended it. */
    interface End {
        /**
         * The body has ended.
         *
         * @param failure with what it failed by itself, or {@code null}
         */
        void ended(@Nullable Throwable failure);
    }

    /** Makes the run of one term. */
    interface Factory {
        /**
         * Makes a run that has not started.
         *
         * @param callbacks the serial executor of the candidate's callbacks
         */
        BodyRun create(Term term, Executor callbacks);
    }

    /** Starts the body. */
    void start(End end);

    /** Tells the body to stop. */
    void stop();

    /** Returns whether the calling thread is the one that the body runs on. */
    boolean isOnBody();
}

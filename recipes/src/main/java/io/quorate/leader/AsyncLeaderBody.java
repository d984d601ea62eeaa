package io.quorate.leader;

import java.util.concurrent.CompletionStage;

/** What a leader does during its term, without a thread of its own. */
@FunctionalInterface
public interface AsyncLeaderBody {

    /**
     * Begins what is done during one term; called on the callback executor of the client, and must not block there.
     *
     * <p>{@link Leadership#onStop} tells when it should come to an end.
     *
     * @return completes when nothing is done under the leadership any more, which ends the term and hands over
     */
    CompletionStage<?> lead(Leadership leadership);
}

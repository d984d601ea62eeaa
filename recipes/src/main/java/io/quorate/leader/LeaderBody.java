package io.quorate.leader;

/** What a leader does during its term. */
@FunctionalInterface
public interface LeaderBody {

    /**
     * Runs during one term, on a thread of its own. Returning ends the term and hands over.
     *
     * <p>The thread is interrupted when the term is about to end, while it is still held if that can be foreseen, and
     * when the election is closed; the body should then return soon. {@link Leadership#shouldStop()} says the same to
     * those who poll. Whatever it writes belongs under the guard or the token of the leadership.
     *
     * @throws Exception a failure, unless it was told to stop and this is how it complies
     */
    void lead(Leadership leadership) throws Exception;
}

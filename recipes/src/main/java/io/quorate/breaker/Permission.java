package io.quorate.breaker;

/**
 * The permission to make one call, whose outcome is owed.
 *
 * <p>The first of the three methods counts, the others then do nothing. Whoever calls none of them keeps a probe of a
 * half-open breaker until its time-out. Safe for use by many threads.
 */
public interface Permission {

    /** Tells that the call came back. */
    void onSuccess();

    /** Tells that the call failed; the breaker's configuration says whether it counts. */
    void onError(Throwable failure);

    /** Tells that the call was not made, or that its outcome says nothing. */
    void release();
}

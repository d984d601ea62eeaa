/**
 * The backend interface: everything a recipe may ask of a coordination service, and nothing else.
 *
 * <p>A {@link io.quorate.backend.Backend} opens {@link io.quorate.backend.Session sessions}. A session reads, commits
 * guarded batches, queues up for {@linkplain io.quorate.backend.Ticket tickets}, and watches. Two kinds of position run
 * through all of it: a <em>revision</em> is a place in the one total order of commits of a backend, the same for every
 * session; an instant is a reading of the session's {@link io.quorate.backend.Ticker}, meaningful in this process only.
 *
 * <p>Threads: results, watch batches and state changes of one session arrive on its <em>event lane</em>, in order, one
 * at a time. The lane belongs to the backend, is never its I/O thread, and must not be blocked. Dependents of a
 * returned future that are added without an executor run on the lane as well.
 *
 * <p>Errors: every failure is a {@link io.quorate.backend.QuorateException}, whose
 * {@link io.quorate.backend.QuorateException#outcome() outcome} says whether the operation certainly did not happen,
 * may have happened, or failed because what it relied on is gone. An argument that can be refused locally is refused by
 * throwing from the call itself, before anything is sent.
 *
 * <p>This package knows no recipe and no backend.
 */
@NullMarked
package io.quorate.backend;

import org.jspecify.annotations.NullMarked;

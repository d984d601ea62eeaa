/**
 * The circuit breaker behind {@link io.quorate.breaker.CircuitBreaker}.
 *
 * <p>What a call touches is one {@link io.quorate.internal.breaker.Gate}, an immutable decision in a volatile field, and
 * the counters of the bucket that it names. Everything else happens beside the calls, on the session's lane:
 *
 * <pre>
 *   watch batch ──▶ Board (what the entries say) ──▶ Phase.next (pure) ──▶ commit, guarded by the revision judged
 *                     │                                                        │
 *                     └──▶ Gate  ◀── LocalCircuit (this instance alone)         └──▶ the watch tells everybody
 * </pre>
 *
 * <p>The {@link io.quorate.internal.breaker.Board} is a function of the entries at one revision, so that no two
 * instances disagree at the same revision. A {@link io.quorate.internal.breaker.Seat} is what an instance has with one
 * session; it ends with the session, and the breaker then decides alone until it has another.
 */
@NullMarked
package io.quorate.internal.breaker;

import org.jspecify.annotations.NullMarked;

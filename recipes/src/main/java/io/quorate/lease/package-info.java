/**
 * Ownership that is proven, fenced and guarded: one idea for locks and leadership.
 *
 * <p>A {@link io.quorate.lease.Lease} is one grant, with one fencing token. While {@code isHeld()} is true and clocks
 * run within 0.1 % of true time, nobody else holds what it grants. Whatever clocks and pauses do, a stale holder's
 * token is smaller than its successor's: a {@linkplain io.quorate.lease.Lease#guard() guarded commit} refuses the stale
 * holder for data that is kept in the backend, a {@link io.quorate.lease.FencingGate} does so for resources outside.
 */
@NullMarked
package io.quorate.lease;

import org.jspecify.annotations.NullMarked;

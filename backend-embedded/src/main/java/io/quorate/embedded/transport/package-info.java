/**
 * How members reach each other: connections that keep the order of what is sent, with ids that are never used twice.
 *
 * <p>A {@link io.quorate.embedded.transport.Transport} is pulled: the member's driver calls
 * {@link io.quorate.embedded.transport.Transport#poll} when it has time, and everything else from the same thread; only the
 * listener that says that there is something to poll may be called by others. So every implementation bounds its buffers by
 * itself: what is not taken stays in the transport, and a connection whose receiver does not keep up is closed.
 *
 * <p>What always holds: a connection delivers what was sent, in order and without a hole, up to some point, and then says once that
 * it is closed. Both ends name a new connection by a new id, so that nothing of an old one is taken for its.
 */
@NullMarked
package io.quorate.embedded.transport;

import org.jspecify.annotations.NullMarked;

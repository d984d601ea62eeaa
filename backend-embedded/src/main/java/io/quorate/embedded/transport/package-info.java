/**
 * How members reach each other: connections that keep the order of what is sent, with ids that are never used twice.
 *
 * <p>{@link io.quorate.embedded.transport.Transport} is pulled by the member, so that every implementation bounds its buffers
 * by itself: what is not taken stays in the transport, and a connection whose receiver does not keep up is closed.
 */
@NullMarked
package io.quorate.embedded.transport;

import org.jspecify.annotations.NullMarked;

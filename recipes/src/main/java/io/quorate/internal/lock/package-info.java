/** The locks of {@link io.quorate.lock}, made of tickets in queues. */
@NullMarked
package io.quorate.internal.lock;

import org.jspecify.annotations.NullMarked;

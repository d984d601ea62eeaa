/**
 * What the recipes share and no user sees: the herd-free queue, ownership, and the way from a lane to user code.
 *
 * <p>Everything that has state belongs to one session and is touched only by tasks of that session's event lane, so that
 * none of it needs a lock. What other threads read is published in a volatile field or a future.
 */
@NullMarked
package io.quorate.internal;

import org.jspecify.annotations.NullMarked;

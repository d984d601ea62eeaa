/**
 * What a client tells about itself, for metrics and logs: one listener, a handful of small records, and no metrics
 * library.
 */
@NullMarked
package io.quorate.event;

import org.jspecify.annotations.NullMarked;

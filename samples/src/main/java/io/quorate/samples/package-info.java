/**
 * Runnable programs that show each recipe at work.
 */
@NullMarked
package io.quorate.samples;

import org.jspecify.annotations.NullMarked;

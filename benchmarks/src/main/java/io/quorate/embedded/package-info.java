/** A way for the benchmarks to do to members what the engine's own tests do. */
@NullMarked
package io.quorate.embedded;

import org.jspecify.annotations.NullMarked;

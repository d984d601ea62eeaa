/** The tests of the linearizability checker. */
@NullMarked
package io.quorate.linearizability;

import org.jspecify.annotations.NullMarked;

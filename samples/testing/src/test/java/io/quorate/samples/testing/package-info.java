/** The tests of the application. */
@NullMarked
package io.quorate.samples.testing;

import org.jspecify.annotations.NullMarked;

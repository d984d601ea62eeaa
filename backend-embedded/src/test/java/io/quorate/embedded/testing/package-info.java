/** Tests of what tests of applications use. */
@NullMarked
package io.quorate.embedded.testing;

import org.jspecify.annotations.NullMarked;

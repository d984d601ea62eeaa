/** What the testing package shows to figures. */
@NullMarked
package io.quorate.embedded.testing;

import org.jspecify.annotations.NullMarked;

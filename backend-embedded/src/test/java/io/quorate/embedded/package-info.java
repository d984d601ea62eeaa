/** Tests of the embedded backend as its users see it. */
@NullMarked
package io.quorate.embedded;

import org.jspecify.annotations.NullMarked;

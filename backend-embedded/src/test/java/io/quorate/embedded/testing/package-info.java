@NullMarked
package io.quorate.embedded.testing;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.quorate.lease;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.quorate.internal.breaker;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.quorate.breaker;

import org.jspecify.annotations.NullMarked;

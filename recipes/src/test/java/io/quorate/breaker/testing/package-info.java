/**
 * The contract of circuit breakers: for those who write a backend, to see the recipe work on it.
 */
@NullMarked
package io.quorate.breaker.testing;

import org.jspecify.annotations.NullMarked;

/**
 * Circuit breakers whose state is shared by all instances of an application.
 *
 * <p>A {@link io.quorate.breaker.CircuitBreaker} counts the calls of its own instance in memory and publishes the sums;
 * all instances with the same name open, probe and close together. No call waits for the backend. A
 * {@link io.quorate.breaker.GuardedBackend} is a breaker around a backend itself.
 */
@NullMarked
package io.quorate.breaker;

import org.jspecify.annotations.NullMarked;

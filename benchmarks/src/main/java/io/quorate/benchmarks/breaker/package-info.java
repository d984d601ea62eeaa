/** What a call through a circuit breaker costs, beside Resilience4j. */
@NullMarked
package io.quorate.benchmarks.breaker;

import org.jspecify.annotations.NullMarked;

/**
 * JMH benchmarks and side-by-side comparisons with other libraries.
 */
@NullMarked
package io.quorate.benchmarks;

import org.jspecify.annotations.NullMarked;

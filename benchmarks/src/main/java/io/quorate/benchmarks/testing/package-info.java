/** What a test class costs that has a coordination service of its own, here and with curator-test. */
@NullMarked
package io.quorate.benchmarks.testing;

import org.jspecify.annotations.NullMarked;

/** Arbitrary input for everything that reads bytes from a connection, a disk or a file: a fuzzer's, and what it has found kept as tests. */
@NullMarked
package io.quorate.embedded.fuzz;

import org.jspecify.annotations.NullMarked;

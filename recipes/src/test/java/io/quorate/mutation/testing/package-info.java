/** Mistakes planted in sources, to see whether the checks notice them. */
@NullMarked
package io.quorate.mutation.testing;

import org.jspecify.annotations.NullMarked;

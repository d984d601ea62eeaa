/** An application whose instances share a job, as a user of the library would write it. */
@NullMarked
package io.quorate.samples.testing;

import org.jspecify.annotations.NullMarked;

/**
 * The embedded backend: a quorum that lives inside the processes it serves.
 */
@NullMarked
package io.quorate.embedded;

import org.jspecify.annotations.NullMarked;

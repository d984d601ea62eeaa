/**
 * The protocol core.
 */
@NullMarked
package io.quorate.embedded.zab;

import org.jspecify.annotations.NullMarked;

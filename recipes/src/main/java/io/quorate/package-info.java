/**
 * The entry point: {@link io.quorate.Quorate} opens a client on a backend and hands out recipes.
 */
@NullMarked
package io.quorate;

import org.jspecify.annotations.NullMarked;

/** What every configuration promises, as tests that run on every backend. */
@NullMarked
package io.quorate.config.testing;

import org.jspecify.annotations.NullMarked;

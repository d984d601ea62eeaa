/** Tests of the session front end. */
@NullMarked
package io.quorate.embedded.session;

import org.jspecify.annotations.NullMarked;

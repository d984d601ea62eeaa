/** Tests of the runtime of a member, and the simulated storage beneath it. */
@NullMarked
package io.quorate.embedded.member;

import org.jspecify.annotations.NullMarked;

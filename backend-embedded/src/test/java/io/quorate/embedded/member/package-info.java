/** Tests of the members. */
@NullMarked
package io.quorate.embedded.member;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.quorate.leader;

import org.jspecify.annotations.NullMarked;

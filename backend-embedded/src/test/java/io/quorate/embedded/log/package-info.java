@NullMarked
package io.quorate.embedded.log;

import org.jspecify.annotations.NullMarked;

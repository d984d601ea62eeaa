@NullMarked
package io.quorate.architecture;

import org.jspecify.annotations.NullMarked;

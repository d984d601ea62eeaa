@NullMarked
package io.quorate.lock;

import org.jspecify.annotations.NullMarked;

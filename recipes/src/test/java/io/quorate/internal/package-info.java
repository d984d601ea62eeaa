@NullMarked
package io.quorate.internal;

import org.jspecify.annotations.NullMarked;

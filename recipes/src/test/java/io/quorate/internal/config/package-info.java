@NullMarked
package io.quorate.internal.config;

import org.jspecify.annotations.NullMarked;

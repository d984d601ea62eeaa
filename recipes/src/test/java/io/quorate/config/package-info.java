@NullMarked
package io.quorate.config;

import org.jspecify.annotations.NullMarked;

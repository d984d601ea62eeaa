@NullMarked
package io.quorate.config.jackson;

import org.jspecify.annotations.NullMarked;

/** Configurations that are JSON or YAML documents, through Jackson, which is an optional dependency. */
@NullMarked
package io.quorate.config.jackson;

import org.jspecify.annotations.NullMarked;

/** How configurations are watched, decoded, kept in files and published. Not exported. */
@NullMarked
package io.quorate.internal.config;

import org.jspecify.annotations.NullMarked;

/**
 * Live configuration: one atomic, typed, validated snapshot that survives a dead backend.
 *
 * <p>A {@link io.quorate.config.ConfigWatcher} always holds the newest configuration that decodes and that every
 * validator accepts; a {@link io.quorate.config.ConfigPublisher} writes one, many keys in one commit.
 */
@NullMarked
package io.quorate.config;

import org.jspecify.annotations.NullMarked;

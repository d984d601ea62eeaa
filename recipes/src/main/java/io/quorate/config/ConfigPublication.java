package io.quorate.config;

import java.time.Instant;

/**
 * A publish that happened.
 *
 * @param revision the revision of its commit
 * @param number its place among the publishes of this configuration, counted from 1
 * @param author who published it, as he said
 * @param comment why, as he said
 * @param publishedAt when, by the backend's wall clock; for display
 */
public record ConfigPublication(long revision, long number, String author, String comment, Instant publishedAt) {}

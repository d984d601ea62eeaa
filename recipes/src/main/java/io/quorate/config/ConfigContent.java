package io.quorate.config;

/**
 * What is in the backend, undecoded.
 *
 * @param revision the revision of the last commit that changed it; 0 if nothing is published
 * @param entries all keys and values
 */
public record ConfigContent(long revision, ConfigEntries entries) {}

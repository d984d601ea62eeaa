package io.quorate.embedded.session;

import io.quorate.backend.Key;
import io.quorate.backend.Scope;

/**
 * What a watch looks at.
 *
 * @param absolute the key, as the members know it
 * @param scope how much of it
 */
record WatchPlace(Key absolute, Scope scope) {}

package io.quorate.internal.breaker;

import io.quorate.backend.Key;

/**
 * The name of a breaker and where its entries are.
 *
 * <p>A name may have several segments, of which one key segment is made, so that no breaker lies below another:
 * {@code ~} is written {@code ~0}, and {@code /} is written {@code ~1}, as in a JSON pointer (RFC 6901).
 *
 * @param name the name, without a leading slash
 * @param root the key above its entries
 */
record BreakerNames(String name, Key root) {

    private static final Key BREAKERS = Key.of("/breakers");

    /**
     * Returns the places of a breaker.
     *
     * @throws io.quorate.backend.InvalidKeyException if the name breaks the grammar of keys
     */
    static BreakerNames of(String name) {
        BREAKERS.resolve(name);
        String canonical = name.startsWith("/") ? name.substring(1) : name;
        return new BreakerNames(
                canonical, BREAKERS.child(canonical.replace("~", "~0").replace("/", "~1")));
    }
}

package io.quorate.internal.config;

import io.quorate.backend.Key;

/**
 * Where a configuration is.
 *
 * @param root the subtree that is watched
 * @param history one entry for each publication that is kept
 * @param archive the contents of publications that do not fit into one entry
 * @param staging one session-owned entry for each large publish under way
 * @param status one session-owned entry for each watcher
 */
public record ConfigKeys(Key root, Key history, Key archive, Key staging, Key status) {

    /**
     * Returns the keys of the configuration of a name.
     *
     * @throws io.quorate.backend.InvalidKeyException if the name breaks the grammar of keys
     */
    public static ConfigKeys of(String name) {
        return new ConfigKeys(
                Key.of("/config").resolve(name),
                Key.of("/config-history").resolve(name),
                Key.of("/config-archive").resolve(name),
                Key.of("/config-staging").resolve(name),
                Key.of("/config-status").resolve(name));
    }
}

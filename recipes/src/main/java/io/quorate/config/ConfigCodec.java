package io.quorate.config;

import io.quorate.internal.config.RecordCodec;

/**
 * Makes a value of the entries of a configuration.
 *
 * <p>It is called by one thread at a time for each watcher, must not block, and must not keep secrets in the messages
 * of what it throws: they are logged and published.
 *
 * @param <T> an immutable type
 */
@FunctionalInterface
public interface ConfigCodec<T> {

    /**
     * Decodes a whole configuration.
     *
     * @throws InvalidConfigException naming everything that is wrong, each with its path. Any other exception counts as
     *     one, with its message as the reason.
     */
    T decode(ConfigEntries entries);

    /**
     * Returns a codec of records, one entry for each component.
     *
     * <p>The key of a component is its name; that of a component of a nested record follows after a slash or a dot:
     * {@code pool/maxSize}. Values are text:
     *
     * <ul>
     *   <li>{@code String}, the primitives and their wrappers, {@code BigDecimal}, {@code URI}; a boolean is
     *       {@code true} or {@code false};
     *   <li>enums by the name of the constant, in upper or lower case, with {@code -} for {@code _};
     *   <li>{@code Duration} as {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 1d} or in the ISO form;
     *       {@link DataSize} as {@code 512B}, {@code 64KiB}, {@code 10MiB}, {@code 2GiB}; {@link Secret};
     *   <li>{@code Optional} of any of them, empty if the key is missing;
     *   <li>{@code List}: either one entry with the elements separated by commas, or one entry for each element, or
     *       record, at {@code hosts/0}, {@code hosts/1} and so on; empty if there is none;
     *   <li>{@code Map} from {@code String}: one entry, or record, for each key; empty if there is none.
     * </ul>
     *
     * <p>A missing component takes its {@link DefaultValue}, or is an error, as is a key that belongs to no component.
     * All errors are reported at once. What the record's own constructor throws counts as an error at its path.
     *
     * @throws IllegalArgumentException if the type has a component that cannot be decoded, or if its package is not
     *     open to {@code io.quorate.recipes}
     */
    static <T extends Record> ConfigCodec<T> ofRecord(Class<T> type) {
        return RecordCodec.of(type);
    }

    /** Returns a codec that takes the entries as they are. */
    static ConfigCodec<ConfigEntries> raw() {
        return entries -> entries;
    }
}

package io.quorate.config;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How a configuration is watched. Immutable; the codec, the validators and the clock are called on the callback executor of the client,
 * by one thread at a time for each watcher.
 *
 * @param codec makes the value
 * @param validators what a value must obey to become current; all of them are asked
 * @param singleEntry whether the configuration is one entry, a document, and not a subtree of entries
 * @param lastGoodFile where the last good snapshot is kept, for a start without the backend; empty for nowhere. The
 *     file is readable by its owner only, for it holds what the backend holds, secrets included. Its directory must
 *     exist; two processes must not share a file
 * @param overrideFile where an operator can override keys by hand: {@code key=value} lines as in a properties file, in
 *     UTF-8, or, for a single entry, the document itself. It need not exist
 * @param overridePollInterval how often to look whether the override file has changed; 1 millisecond to 365 days
 * @param patience how long to wait for the backend at the start before the last good file is used; it is used at once
 *     when the backend refuses or cannot be reached. Zero to 365 days
 * @param publishStatus whether this instance tells {@link ConfigPublisher#status()} which revision it runs, by an entry
 *     that its session owns: one small write for each revision
 * @param clock the wall clock of {@link ConfigSnapshot#loadedAt()}
 */
public record ConfigOptions<T>(
        ConfigCodec<T> codec,
        List<ConfigValidator<? super T>> validators,
        boolean singleEntry,
        Optional<Path> lastGoodFile,
        Optional<Path> overrideFile,
        Duration overridePollInterval,
        Duration patience,
        boolean publishStatus,
        InstantSource clock) {

    /** The default of {@link #overridePollInterval()}: 5 seconds. */
    public static final Duration DEFAULT_OVERRIDE_POLL_INTERVAL = Duration.ofSeconds(5);

    /** The default of {@link #patience()}: 2 seconds. */
    public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(2);

    /** The longest time that a timer counts safely, generously rounded down. */
    private static final Duration MAX_TIME = Duration.ofDays(365);

    /** Checks the ranges stated above. */
    public ConfigOptions {
        validators = List.copyOf(validators);
        checkTime("overridePollInterval", overridePollInterval, Duration.ofMillis(1));
        checkTime("patience", patience, Duration.ZERO);
    }

    private static void checkTime(String name, Duration value, Duration min) {
        if (value.compareTo(min) < 0 || value.compareTo(MAX_TIME) > 0) {
            throw new IllegalArgumentException(
                    name + " must be between " + min + " and " + MAX_TIME + ", but is " + value);
        }
    }

    /** Returns the defaults for a codec: a subtree, no validators, no files. */
    public static <T> ConfigOptions<T> of(ConfigCodec<T> codec) {
        return new ConfigOptions<>(
                codec,
                List.of(),
                false,
                Optional.empty(),
                Optional.empty(),
                DEFAULT_OVERRIDE_POLL_INTERVAL,
                DEFAULT_PATIENCE,
                true,
                InstantSource.system());
    }

    /** Returns the defaults for a {@linkplain ConfigCodec#ofRecord record}. */
    public static <T extends Record> ConfigOptions<T> ofRecord(Class<T> type) {
        return of(ConfigCodec.ofRecord(type));
    }

    /** Returns these options with one validator more. */
    public ConfigOptions<T> withValidator(ConfigValidator<? super T> validator) {
        List<ConfigValidator<? super T>> more = new ArrayList<>(validators);
        more.add(validator);
        return new ConfigOptions<>(
                codec,
                more,
                singleEntry,
                lastGoodFile,
                overrideFile,
                overridePollInterval,
                patience,
                publishStatus,
                clock);
    }

    /** Returns these options with one condition more. See {@link ConfigValidator#require}. */
    public ConfigOptions<T> require(Predicate<? super T> condition, String otherwise) {
        return withValidator(ConfigValidator.require(condition, otherwise));
    }

    /** Returns these options for a configuration that is one entry. */
    public ConfigOptions<T> asSingleEntry() {
        return new ConfigOptions<>(
                codec,
                validators,
                true,
                lastGoodFile,
                overrideFile,
                overridePollInterval,
                patience,
                publishStatus,
                clock);
    }

    /** Returns these options with a file for the last good snapshot. */
    public ConfigOptions<T> withLastGoodFile(Path file) {
        return new ConfigOptions<>(
                codec,
                validators,
                singleEntry,
                Optional.of(file),
                overrideFile,
                overridePollInterval,
                patience,
                publishStatus,
                clock);
    }

    /** Returns these options with an override file, looked at every {@link #overridePollInterval()}. */
    public ConfigOptions<T> withOverrideFile(Path file) {
        return withOverrideFile(file, overridePollInterval);
    }

    /** Returns these options with an override file. */
    public ConfigOptions<T> withOverrideFile(Path file, Duration pollInterval) {
        return new ConfigOptions<>(
                codec,
                validators,
                singleEntry,
                lastGoodFile,
                Optional.of(file),
                pollInterval,
                patience,
                publishStatus,
                clock);
    }

    /** Returns these options with another {@link #patience()}. */
    public ConfigOptions<T> withPatience(Duration duration) {
        return new ConfigOptions<>(
                codec,
                validators,
                singleEntry,
                lastGoodFile,
                overrideFile,
                overridePollInterval,
                duration,
                publishStatus,
                clock);
    }

    /** Returns these options for an instance that does not tell which revision it runs. */
    public ConfigOptions<T> withoutStatus() {
        return new ConfigOptions<>(
                codec,
                validators,
                singleEntry,
                lastGoodFile,
                overrideFile,
                overridePollInterval,
                patience,
                false,
                clock);
    }

    /** Returns these options with another wall clock. */
    public ConfigOptions<T> withClock(InstantSource source) {
        return new ConfigOptions<>(
                codec,
                validators,
                singleEntry,
                lastGoodFile,
                overrideFile,
                overridePollInterval,
                patience,
                publishStatus,
                source);
    }
}

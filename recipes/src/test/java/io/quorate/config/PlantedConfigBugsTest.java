package io.quorate.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelBackend;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.config.testing.ConfigContract;
import io.quorate.internal.config.LastGoodFile;
import io.quorate.mutation.testing.FailedTests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A check that cannot fail proves nothing: the contract of configurations must notice every bug that is planted. */
class PlantedConfigBugsTest {

    /** Ways in which a watcher, or what it relies on, is wrong. */
    enum Bug {
        /** A value is made of keys of two revisions. */
        TWO_REVISIONS_ARE_MIXED,
        /** While a change is being decoded, the next one is lost. */
        CHANGE_DURING_A_RELOAD_IS_LOST,
        /** Of two changes the later one is told first. */
        LISTENER_IS_TOLD_OUT_OF_ORDER,
        /** Validators are not asked. */
        REFUSED_SNAPSHOT_BECOMES_CURRENT,
        /** The last good file is written before the validators are asked. */
        FILE_IS_WRITTEN_BEFORE_VALIDATION,
        /** A refusal is told to nobody. */
        REFUSAL_IS_NOT_TOLD,
        /** The watcher ends with the session on which it began. */
        WATCH_ENDS_WITH_ITS_SESSION,
        /** Closing a watcher leaves its watch. */
        CLOSE_DOES_NOTHING,
        /** No instance tells what it runs. */
        STATUS_IS_NOT_TOLD,
        /** The override file is not looked at. */
        OVERRIDE_IS_IGNORED,
        /** The backend delivers a commit in two batches. */
        BATCH_IS_SPLIT,
        /** The backend does not watch on after a reconnection. */
        WATCH_ENDS_WITH_CONNECTION,
        /** The backend forgets what was deleted during a disconnection. */
        GAP_FORGETS_REMOVALS
    }

    /** The contract with one bug. Nested, so that no build runs it as a test of its own. */
    @ParameterizedClass(name = "{0}")
    @EnumSource(Bug.class)
    static class ContractWithABug extends ConfigContract {

        private final Bug bug;

        ContractWithABug(Bug bug) {
            this.bug = bug;
        }

        @Override
        protected BackendFixture newFixture() {
            for (ModelBackend.Bug ofTheModel : ModelBackend.Bug.values()) {
                if (ofTheModel.name().equals(bug.name())) {
                    return new ModelFixture(1, Duration.ofMillis(6), ofTheModel);
                }
            }
            return new ModelFixture(1, Duration.ofMillis(6));
        }

        @Override
        protected int publishes() {
            return 20;
        }

        @Override
        protected <T> ConfigWatcher<T> watch(Quorate client, String name, ConfigOptions<T> options) {
            return switch (bug) {
                case TWO_REVISIONS_ARE_MIXED -> client.watchConfig(name, with(options, mixing(options.codec())));
                case CHANGE_DURING_A_RELOAD_IS_LOST -> client.watchConfig(name, with(options, losing(options.codec())));
                case REFUSED_SNAPSHOT_BECOMES_CURRENT -> client.watchConfig(name, withoutValidators(options));
                case FILE_IS_WRITTEN_BEFORE_VALIDATION -> client.watchConfig(name, writingEarly(name, options));
                case STATUS_IS_NOT_TOLD -> client.watchConfig(name, options.withoutStatus());
                case OVERRIDE_IS_IGNORED -> client.watchConfig(name, withoutOverrides(options));
                case LISTENER_IS_TOLD_OUT_OF_ORDER,
                        REFUSAL_IS_NOT_TOLD,
                        WATCH_ENDS_WITH_ITS_SESSION,
                        CLOSE_DOES_NOTHING -> new Wrong<>(bug, client, client.watchConfig(name, options));
                default -> client.watchConfig(name, options);
            };
        }
    }

    private static <T> ConfigCodec<T> mixing(ConfigCodec<T> codec) {
        AtomicReference<ConfigEntries> before = new AtomicReference<>(ConfigEntries.EMPTY);
        return entries -> {
            Map<String, Bytes> mixed = new TreeMap<>(entries.asMap());
            Map<String, Bytes> old = before.getAndSet(entries).asMap();
            mixed.replaceAll((key, value) -> key.hashCode() % 2 == 0 ? old.getOrDefault(key, value) : value);
            return codec.decode(ConfigEntries.of(mixed));
        };
    }

    private static <T> ConfigCodec<T> losing(ConfigCodec<T> codec) {
        AtomicReference<@Nullable T> before = new AtomicReference<>();
        return entries -> {
            T now = codec.decode(entries);
            T old = before.getAndSet(now);
            return old == null ? now : old;
        };
    }

    private static <T> ConfigOptions<T> with(ConfigOptions<T> options, ConfigCodec<T> codec) {
        return new ConfigOptions<>(
                codec,
                options.validators(),
                options.singleEntry(),
                options.lastGoodFile(),
                options.overrideFile(),
                options.overridePollInterval(),
                options.patience(),
                options.publishStatus(),
                options.clock());
    }

    private static <T> ConfigOptions<T> withoutValidators(ConfigOptions<T> options) {
        return new ConfigOptions<>(
                options.codec(),
                List.of(),
                options.singleEntry(),
                options.lastGoodFile(),
                options.overrideFile(),
                options.overridePollInterval(),
                options.patience(),
                options.publishStatus(),
                options.clock());
    }

    private static <T> ConfigOptions<T> withoutOverrides(ConfigOptions<T> options) {
        return new ConfigOptions<>(
                options.codec(),
                options.validators(),
                options.singleEntry(),
                options.lastGoodFile(),
                Optional.empty(),
                options.overridePollInterval(),
                options.patience(),
                options.publishStatus(),
                options.clock());
    }

    private static <T> ConfigOptions<T> writingEarly(String name, ConfigOptions<T> options) {
        return with(options, entries -> {
            options.lastGoodFile().ifPresent(path -> {
                try {
                    new LastGoodFile(path, name).write(new ConfigContent(1, entries));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            return options.codec().decode(entries);
        });
    }

    /** A watcher that is right, but for what is planted. */
    private record Wrong<T>(Bug bug, Quorate client, ConfigWatcher<T> watcher) implements ConfigWatcher<T> {

        Wrong {
            if (bug == Bug.WATCH_ENDS_WITH_ITS_SESSION) {
                client.session()
                        .thenAccept(session -> session.onState(state -> {
                            if (state == SessionState.EXPIRED) {
                                watcher.close();
                            }
                        }));
            }
        }

        @Override
        public String name() {
            return watcher.name();
        }

        @Override
        public ConfigSnapshot<T> current() {
            return watcher.current();
        }

        @Override
        public Optional<ConfigSnapshot<T>> latest() {
            return watcher.latest();
        }

        @Override
        public CompletableFuture<ConfigSnapshot<T>> first() {
            return watcher.first();
        }

        @Override
        public ConfigSnapshot<T> await(Duration atMost) throws InterruptedException {
            return watcher.await(atMost);
        }

        @Override
        public Subscription onChange(Consumer<ConfigChange<T>> listener) {
            if (bug != Bug.LISTENER_IS_TOLD_OUT_OF_ORDER) {
                return watcher.onChange(listener);
            }
            AtomicReference<@Nullable ConfigChange<T>> held = new AtomicReference<>();
            return watcher.onChange(change -> {
                ConfigChange<T> before = held.getAndSet(change);
                if (before != null) {
                    held.set(null);
                    listener.accept(change);
                    listener.accept(before);
                }
            });
        }

        @Override
        public Subscription onRejection(Consumer<ConfigRejection> listener) {
            return bug == Bug.REFUSAL_IS_NOT_TOLD ? () -> {} : watcher.onRejection(listener);
        }

        @Override
        public Optional<ConfigRejection> rejection() {
            return watcher.rejection();
        }

        @Override
        public boolean isConnected() {
            return watcher.isConnected();
        }

        @Override
        public void close() {
            if (bug != Bug.CLOSE_DOES_NOTHING) {
                watcher.close();
            }
        }
    }

    @Test
    void everyPlantedBugIsCaught() {
        FailedTests failed = FailedTests.of(ContractWithABug.class);
        Set<Bug> missed = EnumSet.allOf(Bug.class);
        missed.removeIf(bug -> failed.include(bug.name()));

        assertThat(missed).as("caught: %s", failed.byPart()).isEmpty();
    }
}

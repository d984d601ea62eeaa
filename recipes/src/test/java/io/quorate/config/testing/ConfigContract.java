package io.quorate.config.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Key;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionState;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.Fault;
import io.quorate.backend.testing.ServiceState;
import io.quorate.backend.testing.VirtualTime;
import io.quorate.config.ConfigChange;
import io.quorate.config.ConfigCodec;
import io.quorate.config.ConfigConflictException;
import io.quorate.config.ConfigDifference;
import io.quorate.config.ConfigEntries;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigOrigin;
import io.quorate.config.ConfigPublication;
import io.quorate.config.ConfigPublisher;
import io.quorate.config.ConfigRejection;
import io.quorate.config.ConfigSnapshot;
import io.quorate.config.ConfigStatus;
import io.quorate.config.ConfigUnavailableException;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.ConfigWatcher;
import io.quorate.config.DefaultValue;
import io.quorate.config.RevisionNotKeptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every configuration promises, on every backend.
 *
 * <p>A backend's test module extends this class and supplies a fixture. Tests with blocking calls are skipped on a backend in
 * virtual time, where nobody could let time pass meanwhile.
 */
public abstract class ConfigContract {

    private static final String NAME = "shop/orders";
    private static final Key ROOT = Key.of("/config/shop/orders");

    /** A configuration of which no combination of two states can be mistaken for one. */
    record Uniform(Map<String, Integer> values) {
        /** Returns the one value that all keys have; fails if they differ. */
        int value() {
            assertThat(Set.copyOf(values.values()))
                    .as("a mix of two publishes: %s", values)
                    .hasSize(1);
            return values.values().iterator().next();
        }
    }

    /** A small configuration with a rule. */
    record Limits(int min, int max, @DefaultValue("30s") Duration timeout) {}

    private static final ConfigOptions<Limits> LIMITS =
            ConfigOptions.ofRecord(Limits.class).require(limits -> limits.min() <= limits.max(), "min is above max");

    private final List<Quorate> clients = new ArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private BackendFixture fixture;

    /** Makes the fixture of one test. */
    protected abstract BackendFixture newFixture();

    /** Returns how many publishes the long tests make. */
    protected int publishes() {
        return 1_000;
    }

    /** Begins to watch; tests of the contract itself watch in a way that is wrong. */
    protected <T> ConfigWatcher<T> watch(Quorate client, String name, ConfigOptions<T> options) {
        return client.watchConfig(name, options);
    }

    @BeforeEach
    void startFixture() {
        fixture = newFixture();
    }

    /** After each test nothing of any client is left anywhere: no session, entry, watch, timer or thread. */
    @AfterEach
    void closeAndFindNothingLeft() {
        try {
            clients.forEach(client -> fixture.await(client.closeAsync()));
            fixture.eventually(() -> fixture.audit().equals(ServiceState.NOTHING), "the service keeps nothing");
            fixture.backend().close();
            fixture.eventually(() -> fixture.clientThreads().isEmpty(), "no client thread is left");
            assertThat(fixture.virtualTime().map(VirtualTime::uncaught).orElse(List.of()))
                    .isEmpty();
            fixture.virtualTime().ifPresent(VirtualTime::run);
        } finally {
            fixture.close();
        }
    }

    @Test
    void readersSeeEachPublishAsAWholeInOrderAndTheLastOneInTheEnd() {
        List<Reader> readers = IntStream.range(0, 20)
                .mapToObj(i -> new Reader(open("reader-" + i)))
                .toList();
        ConfigPublisher publisher = open("publisher").configPublisher(NAME);
        List<Integer> committed = new ArrayList<>();
        for (int i = 1; i <= publishes(); i++) {
            fixture.await(publisher.publishAsync(uniform(50, i)));
            committed.add(i);
        }

        readers.forEach(reader -> reader.sees(committed));
    }

    @Test
    void readersSeeAPublishBeyondOneCommitAsAWhole() {
        List<Reader> readers = IntStream.range(0, 3)
                .mapToObj(i -> new Reader(open("reader-" + i)))
                .toList();
        Quorate client = open("publisher");
        ConfigPublisher publisher = client.configPublisher(NAME);
        List<Integer> committed = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            fixture.await(publisher.publishAsync(uniform(400, i)));
            committed.add(i);
        }
        ConfigPublication small = fixture.await(publisher.publishAsync(ConfigUpdate.replaceAll(entries(3, 7))));
        committed.add(7);

        readers.forEach(reader -> reader.sees(committed));
        assertThat(fixture.await(publisher.currentAsync()).revision()).isEqualTo(small.revision());
        List<ConfigPublication> history = fixture.await(publisher.historyAsync());
        assertThat(history).hasSize(7);
        ConfigDifference difference = fixture.await(
                publisher.diffAsync(history.get(3).revision(), history.get(2).revision()));
        assertThat(difference.modified()).hasSize(400);
        fixture.await(publisher.rollbackToAsync(history.get(5).revision(), "ana"));
        committed.add(2);
        readers.forEach(reader -> reader.sees(committed));
        assertThat(fixture.await(publisher.currentAsync()).entries()).isEqualTo(entries(400, 2));
        fixture.eventually(() -> childrenOf(client, ROOT).size() == 1, "only the current slot is left");
        assertThat(childrenOf(client, Key.of("/config-staging/shop/orders"))).isEmpty();
    }

    @Test
    void valueArrivesTypedWithItsDefaults() {
        Quorate client = open("a");
        ConfigPublication published = publish(
                client,
                ConfigUpdate.create().set("min", "1").set("max", "5").by("ana").because("the beginning"));

        ConfigSnapshot<Limits> snapshot = first(watch(client, NAME, LIMITS));

        assertThat(snapshot.value()).isEqualTo(new Limits(1, 5, Duration.ofSeconds(30)));
        assertThat(snapshot.revision()).isEqualTo(published.revision());
        assertThat(snapshot.origin()).isEqualTo(ConfigOrigin.BACKEND);
        assertThat(snapshot.overriddenKeys()).isEmpty();
    }

    @Test
    void configurationThatIsAllDefaultsNeedsNoPublish() {
        record Defaults(@DefaultValue("8") int threads, List<String> hosts) {}

        ConfigSnapshot<Defaults> snapshot = first(watch(open("a"), NAME, ConfigOptions.ofRecord(Defaults.class)));

        assertThat(snapshot.value()).isEqualTo(new Defaults(8, List.of()));
        assertThat(snapshot.revision()).isZero();
    }

    @Test
    void listenerIsToldOldNewAndTheKeysThatChanged() {
        Quorate client = open("a");
        publish(client, limits(1, 5));
        ConfigWatcher<Limits> watcher = watch(client, NAME, LIMITS);
        ConfigSnapshot<Limits> first = first(watcher);
        List<ConfigChange<Limits>> changes = new CopyOnWriteArrayList<>();
        watcher.onChange(changes::add);
        fixture.eventually(() -> changes.size() == 1, "the current value is told at once");

        publish(client, ConfigUpdate.create().set("max", "9").set("timeout", "5s"));
        fixture.eventually(() -> changes.size() == 2, "the change is told");

        assertThat(changes.get(0)).isEqualTo(new ConfigChange<>(Optional.empty(), first, Set.of("min", "max")));
        assertThat(changes.get(1).before()).contains(first);
        assertThat(changes.get(1).after().value()).isEqualTo(new Limits(1, 9, Duration.ofSeconds(5)));
        assertThat(changes.get(1).changedKeys()).containsExactlyInAnyOrder("max", "timeout");
    }

    @Test
    void listenerThatThrowsHurtsNobodyAndAClosedOneIsNotTold() {
        Quorate client = open("a");
        publish(client, limits(1, 5));
        ConfigWatcher<Limits> watcher = watch(client, NAME, LIMITS);
        List<Integer> told = new CopyOnWriteArrayList<>();
        watcher.onChange(change -> {
            throw new IllegalStateException("a user's listener fails");
        });
        AtomicInteger toClosed = new AtomicInteger();
        watcher.onChange(change -> toClosed.incrementAndGet()).close();
        watcher.onChange(change -> told.add(change.after().value().max()));
        fixture.eventually(() -> told.equals(List.of(5)), "the first is told");
        int before = toClosed.get();

        publish(client, limits(1, 6));
        fixture.eventually(() -> told.equals(List.of(5, 6)), "the second is told");
        assertThat(toClosed).hasValue(before);
    }

    @Test
    void snapshotThatIsRefusedNeverBecomesCurrentAndItsReasonsAreTold() {
        Quorate client = open("a");
        publish(client, limits(1, 5));
        ConfigWatcher<Limits> watcher = watch(client, NAME, LIMITS);
        ConfigSnapshot<Limits> good = first(watcher);
        List<ConfigRejection> rejections = new CopyOnWriteArrayList<>();
        watcher.onRejection(rejections::add);
        List<Limits> seen = new CopyOnWriteArrayList<>();
        watcher.onChange(change -> seen.add(change.after().value()));

        long undecodable = publish(
                        client,
                        ConfigUpdate.create()
                                .set("max", "many")
                                .set("maximum", "7")
                                .remove("min"))
                .revision();
        fixture.eventually(() -> rejections.size() == 1, "the first refusal is told");
        assertThat(watcher.current()).isEqualTo(good);
        long invalid = publish(client, ConfigUpdate.replaceAll(ConfigEntries.ofText(Map.of("min", "9", "max", "2"))))
                .revision();
        fixture.eventually(() -> rejections.size() == 2, "the second refusal is told");
        assertThat(watcher.current()).isEqualTo(good);
        assertThat(watcher.rejection()).contains(rejections.get(1));
        publish(client, limits(2, 3));
        fixture.eventually(() -> watcher.current().value().min() == 2, "a good one is current again");

        assertThat(rejections.get(0).revision()).isEqualTo(undecodable);
        assertThat(rejections.get(0).reasons())
                .containsExactlyInAnyOrder(
                        "min: missing; it must be an int", "max: 'many' is not an int", "maximum: unknown key");
        assertThat(rejections.get(1).revision()).isEqualTo(invalid);
        assertThat(rejections.get(1).reasons()).containsExactly("min is above max");
        assertThat(watcher.rejection()).isEmpty();
        fixture.eventually(() -> seen.size() == 2, "the listener has been told");
        assertThat(seen).extracting(Limits::min).containsExactly(1, 2);
    }

    @Test
    void everyStateThatIsRefusedIsToldOnceWithItsRevisionAndItsReasonAndShownToThePublisher() {
        Quorate a = open("a");
        ConfigPublisher publisher = open("b").configPublisher(NAME);
        publish(a, limits(1, 5));
        ConfigWatcher<Limits> watcher = watch(a, NAME, LIMITS);
        first(watcher);
        List<ConfigRejection> rejections = new CopyOnWriteArrayList<>();
        watcher.onRejection(rejections::add);
        List<Long> published = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            int number = i;
            long revision =
                    publish(a, ConfigUpdate.create().set("max", "try " + i)).revision();
            published.add(revision);
            fixture.eventually(() -> rejections.size() == number, "the refusal is told");
            fixture.eventually(
                    () -> status(publisher).refusing().stream()
                            .anyMatch(instance -> instance.refusal()
                                    .orElseThrow()
                                    .equals(new ConfigStatus.Refusal(
                                            revision, "max: 'try " + number + "' is not an int"))),
                    "the publisher sees why");
        }

        assertThat(rejections).extracting(ConfigRejection::revision).isEqualTo(published);
        for (int i = 1; i <= 10; i++) {
            assertThat(rejections.get(i - 1).reasons()).containsExactly("max: 'try " + i + "' is not an int");
        }
        assertThat(watcher.current().value()).isEqualTo(new Limits(1, 5, Duration.ofSeconds(30)));
    }

    @Test
    void changesArriveThroughTheDeathOfTheLeader() {
        fixture.require(Fault.KILL_LEADER);
        Quorate a = open("a");
        ConfigPublisher publisher = open("b").configPublisher(NAME);
        publish(a, limits(1, 5));
        ConfigWatcher<Limits> watcher = watch(a, NAME, LIMITS);
        first(watcher);

        fixture.killLeader();

        fixture.eventually(() -> isPublished(publisher, limits(1, 6)), "there is another leader");
        fixture.eventually(() -> watcher.current().value().max() == 6, "the change arrives");
        fixture.eventually(watcher::isConnected, "the watcher is connected");
        assertThat(watcher.rejection()).isEmpty();
    }

    @Test
    void statusTellsWhichInstanceRunsWhichRevisionAndWhy() {
        Quorate a = open("a");
        Quorate b = open("b");
        Quorate c = open("c");
        ConfigPublisher publisher = a.configPublisher(NAME);
        long old = publish(a, limits(1, 5)).revision();
        first(watch(a, NAME, LIMITS));
        first(watch(b, NAME, LIMITS));
        first(watch(c, NAME, LIMITS.require(limits -> limits.max() < 100, "this instance has not the memory for max")));

        long fresh = publish(a, limits(1, 500)).revision();
        fixture.eventually(() -> status(publisher).upToDate().size() == 2, "two run it");
        fixture.eventually(() -> status(publisher).refusing().size() == 1, "one refused it");

        ConfigStatus status = status(publisher);
        assertThat(status.instances()).hasSize(3);
        ConfigStatus.Instance refusing = status.refusing().get(0);
        assertThat(refusing.owner()).isEqualTo("c");
        assertThat(refusing.revision()).isEqualTo(old);
        assertThat(refusing.refusal())
                .contains(new ConfigStatus.Refusal(fresh, "this instance has not the memory for max"));
        assertThat(status)
                .hasToString("2 of 3 instances run revision " + fresh + "; c kept " + old
                        + ": this instance has not the memory for max");
        fixture.await(c.closeAsync());
        fixture.eventually(() -> status(publisher).instances().size() == 2, "who is gone has no status");
    }

    @Test
    void statusIsToldAnewAfterTheSessionExpired() {
        fixture.require(Fault.EXPIRE);
        Quorate a = open("a");
        ConfigPublisher publisher = open("b").configPublisher(NAME);
        publish(a, limits(1, 5));
        first(watch(a, NAME, LIMITS));
        fixture.eventually(() -> status(publisher).upToDate().size() == 1, "it is told");

        Session old = session(a);
        fixture.expire(old);

        fixture.eventually(
                () -> status(publisher).upToDate().stream()
                        .anyMatch(instance -> !instance.session().equals(old.id())),
                "it is told by the next session");
    }

    @Test
    void changeMadeWhileTheWatcherIsCutOffArrives() {
        fixture.require(Fault.CUT);
        Quorate a = open("a");
        Quorate b = open("b");
        publish(b, ConfigUpdate.create().set("min", "1").set("max", "5").set("timeout", "1s"));
        ConfigWatcher<Limits> watcher = watch(a, NAME, LIMITS);
        first(watcher);
        Session session = session(a);
        fixture.cut(session);
        fixture.eventually(() -> !watcher.isConnected(), "the connection is lost");

        publish(b, ConfigUpdate.create().set("max", "6").remove("timeout"));
        assertThat(watcher.current().value().max()).isEqualTo(5);
        fixture.restore(session);

        fixture.eventually(() -> watcher.current().value().max() == 6, "the change arrives");
        assertThat(watcher.current().value().timeout()).isEqualTo(Duration.ofSeconds(30));
        fixture.eventually(watcher::isConnected, "the watcher is connected");
    }

    @Test
    void watcherGoesOnWithTheNextSessionAfterItsOldOneExpired() {
        fixture.require(Fault.EXPIRE);
        Quorate a = open("a");
        Quorate b = open("b");
        publish(b, limits(1, 5));
        ConfigWatcher<Limits> watcher = watch(a, NAME, LIMITS);
        first(watcher);
        List<Integer> told = new CopyOnWriteArrayList<>();
        watcher.onChange(change -> told.add(change.after().value().max()));
        Session old = session(a);

        fixture.expire(old);
        publish(b, limits(1, 6));
        fixture.eventually(() -> old.state() == SessionState.EXPIRED, "the session expired");
        fixture.eventually(() -> watcher.current().value().max() == 6, "what happened meanwhile arrives");
        publish(b, limits(1, 7));
        fixture.eventually(() -> watcher.current().value().max() == 7, "what happens later arrives");

        fixture.eventually(() -> told.size() == 3, "all is told, and nothing twice");
        assertThat(told).containsExactly(5, 6, 7);
        fixture.eventually(() -> fixture.audit().watches() == 1, "one watch is left");
    }

    @Test
    void configurationThatIsDeletedDoesNotTakeTheLastGoodOneWithIt() {
        Quorate a = open("a");
        publish(a, limits(1, 5));
        ConfigWatcher<Limits> watcher = watch(a, NAME, LIMITS);
        ConfigSnapshot<Limits> good = first(watcher);

        publish(a, ConfigUpdate.replaceAll(ConfigEntries.EMPTY));

        fixture.eventually(() -> watcher.rejection().isPresent(), "it is refused");
        assertThat(watcher.current()).isEqualTo(good);
        assertThat(watcher.rejection().orElseThrow().reasons())
                .singleElement()
                .asString()
                .contains("deleted");
    }

    @Test
    void startWithoutTheBackendUsesTheLastGoodFileAndSaysSo() throws IOException {
        fixture.require(Fault.STOP_SERVICE);
        Path file = directory.resolve("orders.last-good");
        Quorate writer = open("writer");
        publish(writer, limits(1, 5));
        ConfigSnapshot<Limits> kept = first(watch(writer, NAME, LIMITS.withLastGoodFile(file)));
        fixture.eventually(() -> Files.exists(file), "the file is written");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        fixture.await(writer.closeAsync());

        fixture.stopService();
        ConfigWatcher<Limits> watcher = watch(openLazily("late"), NAME, LIMITS.withLastGoodFile(file));
        List<ConfigOrigin> origins = new CopyOnWriteArrayList<>();
        watcher.onChange(change -> origins.add(change.after().origin()));
        ConfigSnapshot<Limits> fromFile = first(watcher);

        assertThat(fromFile.value()).isEqualTo(kept.value());
        assertThat(fromFile.revision()).isEqualTo(kept.revision());
        assertThat(fromFile.origin()).isEqualTo(ConfigOrigin.LAST_GOOD_FILE);
        assertThat(watcher.isConnected()).isFalse();
        fixture.startService();
        fixture.eventually(
                () -> watcher.current().origin() == ConfigOrigin.BACKEND, "the backend confirms what the file says");
        publish(open("b"), limits(1, 6));
        fixture.eventually(() -> watcher.current().value().max() == 6, "the watcher follows the backend");
        fixture.eventually(() -> origins.size() == 2, "all is told, and nothing twice");
        assertThat(origins).containsExactly(ConfigOrigin.LAST_GOOD_FILE, ConfigOrigin.BACKEND);
    }

    @Test
    void lastGoodFileThatIsTornOrAlteredIsRefusedWithItsReason() throws IOException {
        fixture.require(Fault.STOP_SERVICE);
        Path file = directory.resolve("orders.last-good");
        Quorate writer = open("writer");
        publish(writer, limits(1, 5));
        first(watch(writer, NAME, LIMITS.withLastGoodFile(file)));
        fixture.eventually(() -> Files.exists(file), "the file is written");
        fixture.await(writer.closeAsync());
        byte[] whole = Files.readAllBytes(file);
        fixture.stopService();

        Files.write(file, Arrays.copyOf(whole, whole.length - 7));
        assertThat(refusalOf(file, NAME)).contains("checksum").contains("delete it");
        Files.write(file, new byte[5]);
        assertThat(refusalOf(file, NAME)).contains("torn");
        byte[] altered = whole.clone();
        altered[whole.length / 2] ^= 1;
        Files.write(file, altered);
        assertThat(refusalOf(file, NAME)).contains("somebody has changed it");
        Files.write(file, whole);
        assertThat(refusalOf(file, "shop/payments")).contains("belongs to configuration 'shop/orders'");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(refusalOf(file, NAME)).contains("others may write it");
        fixture.startService();
    }

    @Test
    void lastGoodFileKeepsWhatIsGoodWhenABadOneIsPublished() {
        fixture.require(Fault.STOP_SERVICE);
        Path file = directory.resolve("orders.last-good");
        Quorate writer = open("writer");
        publish(writer, limits(1, 5));
        ConfigWatcher<Limits> watcher = watch(writer, NAME, LIMITS.withLastGoodFile(file));
        first(watcher);
        publish(writer, limits(9, 5));
        fixture.eventually(() -> watcher.rejection().isPresent(), "it is refused");
        fixture.await(writer.closeAsync());

        fixture.stopService();
        ConfigSnapshot<Limits> fromFile = first(watch(openLazily("late"), NAME, LIMITS.withLastGoodFile(file)));

        assertThat(fromFile.value().min()).isEqualTo(1);
        fixture.startService();
    }

    @Test
    void overrideFileWinsKeyByKeyForAsLongAsItIsThere() throws IOException {
        Path file = directory.resolve("override.properties");
        Quorate a = open("a");
        publish(a, limits(1, 5));
        ConfigOptions<Limits> options = LIMITS.withOverrideFile(file, Duration.ofMillis(50));
        ConfigWatcher<Limits> watcher = watch(a, NAME, options);
        first(watcher);

        Files.writeString(file, "max = 8\n");
        fixture.eventually(() -> watcher.current().value().max() == 8, "the override is in force");
        assertThat(watcher.current().origin()).isEqualTo(ConfigOrigin.OVERRIDE_FILE);
        assertThat(watcher.current().overriddenKeys()).containsExactly("max");
        publish(a, limits(2, 5));
        fixture.eventually(() -> watcher.current().value().min() == 2, "the other keys follow the backend");
        assertThat(watcher.current().value().max()).isEqualTo(8);
        Files.writeString(file, "max = eight\n");
        fixture.eventually(() -> watcher.rejection().isPresent(), "a bad override is refused");
        assertThat(watcher.current().value().max()).isEqualTo(8);
        Files.delete(file);
        fixture.eventually(() -> watcher.current().value().max() == 5, "without the file the backend counts");
        assertThat(watcher.current().origin()).isEqualTo(ConfigOrigin.BACKEND);
        assertThat(watcher.rejection()).isEmpty();
    }

    @Test
    void overrideFileAloneIsEnoughWithoutBackendAndLastGoodFile() throws IOException {
        fixture.require(Fault.STOP_SERVICE);
        Path file = directory.resolve("override.properties");
        Files.writeString(file, "min=3\nmax=4\n");
        fixture.stopService();

        ConfigSnapshot<Limits> snapshot = first(watch(openLazily("late"), NAME, LIMITS.withOverrideFile(file)));

        assertThat(snapshot.value().min()).isEqualTo(3);
        assertThat(snapshot.origin()).isEqualTo(ConfigOrigin.OVERRIDE_FILE);
        fixture.startService();
    }

    @Test
    void publishOnAnOlderRevisionIsRefusedAndChangesNothing() {
        Quorate a = open("a");
        ConfigPublisher publisher = a.configPublisher(NAME);
        long first = fixture.await(publisher.publishAsync(limits(1, 5).on(0))).revision();
        long second =
                fixture.await(publisher.publishAsync(limits(1, 6).on(first))).revision();

        assertThatThrownBy(
                        () -> fixture.await(publisher.publishAsync(limits(1, 7).on(first))))
                .isInstanceOfSatisfying(ConfigConflictException.class, conflict -> {
                    assertThat(conflict.expectedRevision()).isEqualTo(first);
                    assertThat(conflict.actualRevision()).isEqualTo(second);
                });
        assertThat(fixture.await(publisher.currentAsync()).revision()).isEqualTo(second);
        assertThat(fixture.await(publisher.currentAsync()).entries().text("max"))
                .contains("6");
    }

    @Test
    void ofPublishersOnOneRevisionOneWins() {
        List<CompletableFuture<ConfigPublication>> attempts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            attempts.add(open("publisher-" + i)
                    .configPublisher(NAME)
                    .publishAsync(limits(i, 10).on(0)));
        }

        long won = attempts.stream().filter(this::succeeds).count();

        assertThat(won).isEqualTo(1);
    }

    @Test
    void publishersOfDifferentKeysAllSucceed() {
        List<CompletableFuture<ConfigPublication>> attempts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            attempts.add(open("publisher-" + i)
                    .configPublisher(NAME)
                    .publishAsync(ConfigUpdate.create().set("key-" + i, "set")));
        }
        attempts.forEach(fixture::await);

        ConfigPublisher publisher = open("reader").configPublisher(NAME);
        assertThat(fixture.await(publisher.currentAsync()).entries().size()).isEqualTo(6);
        assertThat(fixture.await(publisher.historyAsync()))
                .extracting(ConfigPublication::number)
                .containsExactly(6L, 5L, 4L, 3L, 2L, 1L);
    }

    @Test
    void historyIsBoundedAndTellsWhoAndWhy() {
        ConfigPublisher publisher = open("a").configPublisher(NAME);
        for (int i = 1; i <= ConfigUpdate.DEFAULT_HISTORY_LIMIT + 3; i++) {
            fixture.await(publisher.publishAsync(limits(1, i).by("ana").because("try\n" + i)));
        }

        List<ConfigPublication> history = fixture.await(publisher.historyAsync());

        assertThat(history).hasSize(ConfigUpdate.DEFAULT_HISTORY_LIMIT);
        assertThat(history.get(0).comment()).isEqualTo("try\n" + (ConfigUpdate.DEFAULT_HISTORY_LIMIT + 3));
        assertThat(history)
                .allSatisfy(publication -> assertThat(publication.author()).isEqualTo("ana"));
        assertThat(history).extracting(ConfigPublication::revision).isSortedAccordingTo((x, y) -> Long.compare(y, x));
    }

    @Test
    void rollbackBringsBackExactlyWhatWas() {
        Quorate a = open("a");
        ConfigPublisher publisher = a.configPublisher(NAME);
        long good = fixture.await(publisher.publishAsync(limits(1, 5))).revision();
        ConfigEntries content = fixture.await(publisher.currentAsync()).entries();
        fixture.await(publisher.publishAsync(
                ConfigUpdate.create().set("max", "50").set("extra/deep", "x").remove("min")));
        // By hand, without a publish.
        fixture.await(session(a)
                .commit(Commit.builder()
                        .create(ROOT.child("by-hand"), Bytes.utf8("x"))
                        .build()));

        ConfigPublication back = fixture.await(publisher.rollbackToAsync(good, "ana"));

        assertThat(back.revision()).isGreaterThan(good);
        assertThat(back.comment()).contains("revision " + good);
        assertThat(fixture.await(publisher.currentAsync()).entries()).isEqualTo(content);
        assertThatThrownBy(() -> fixture.await(publisher.rollbackToAsync(good - 1, "ana")))
                .isInstanceOf(RevisionNotKeptException.class)
                .hasMessageContaining("not kept")
                .hasMessageContaining(Long.toString(good));
    }

    @Test
    void differenceNamesWhatWasAddedRemovedAndModified() {
        ConfigPublisher publisher = open("a").configPublisher(NAME);
        long from = fixture.await(publisher.publishAsync(limits(1, 5))).revision();
        long to = fixture.await(publisher.publishAsync(ConfigUpdate.create()
                        .set("max", "6")
                        .set("timeout", "1s")
                        .remove("min")))
                .revision();

        ConfigDifference difference = fixture.await(publisher.diffAsync(from, to));

        assertThat(difference.added()).containsExactly("timeout");
        assertThat(difference.removed()).containsExactly("min");
        assertThat(difference.modified()).containsExactly("max");
        assertThat(difference.before("max")).contains(Bytes.utf8("5"));
        assertThat(difference.after("max")).contains(Bytes.utf8("6"));
        assertThat(difference).hasToString(from + " -> " + to + "\n- min\n+ timeout\n* max");
    }

    @Test
    void keyMayBeAValueAndTheParentOfOthersInTurn() {
        ConfigPublisher publisher = open("a").configPublisher(NAME);
        List<Map<String, String>> contents = List.of(
                Map.of("a", "1", "a/b", "2"),
                Map.of("a/b", "2"),
                Map.of("a/b/c", "3", "a", "1"),
                Map.of("a", "1"),
                Map.of("a/b", "2", "a.b", "sibling"),
                Map.of("x", "1"),
                Map.of("a", "1", "a/b/c", "3"));
        for (Map<String, String> content : contents) {
            ConfigEntries entries = ConfigEntries.ofText(content);
            fixture.await(publisher.publishAsync(ConfigUpdate.replaceAll(entries)));
            assertThat(fixture.await(publisher.currentAsync()).entries()).isEqualTo(entries);
        }
    }

    @Test
    void publishWhoseReplyWasLostHappensOnce() {
        fixture.require(Fault.LOSE_REPLY);
        Quorate a = open("a");
        ConfigPublisher publisher = a.configPublisher(NAME);
        publish(a, limits(1, 5));
        fixture.loseNextReply(session(a));

        ConfigPublication published = publish(a, limits(1, 6));

        assertThat(fixture.await(publisher.historyAsync())).hasSize(2);
        assertThat(fixture.await(publisher.currentAsync()).revision()).isEqualTo(published.revision());
    }

    @Test
    void badKeyIsRefusedBeforeAnythingIsPublished() {
        ConfigPublisher publisher = open("a").configPublisher(NAME);

        assertThatThrownBy(() -> fixture.await(
                        publisher.publishAsync(ConfigUpdate.create().set("a//b", "1"))))
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> fixture.await(
                        publisher.publishAsync(ConfigUpdate.create().set(".hidden", "1"))))
                .hasMessageContaining("dot");
        assertThatThrownBy(() -> fixture.await(publisher.publishAsync(
                        ConfigUpdate.create().set("ok", "1").set("big", Bytes.of(new byte[600 * 1024])))))
                .hasMessageContaining("big");
        assertThat(fixture.await(publisher.currentAsync()).revision()).isZero();
    }

    @Test
    void treeThatWasMadeByOtherMeansIsWatchedAndPublishedTo() {
        Quorate a = open("a");
        fixture.await(session(a)
                .commit(Commit.builder()
                        .create(ROOT.child("min"), Bytes.utf8("1"))
                        .create(ROOT.child("max"), Bytes.utf8("5"))
                        .build()));
        ConfigWatcher<Limits> watcher = watch(a, NAME, LIMITS);
        ConfigSnapshot<Limits> first = first(watcher);
        assertThat(first.value().max()).isEqualTo(5);

        publish(a, ConfigUpdate.create().set("max", "6").on(first.revision()));
        fixture.eventually(() -> watcher.current().value().max() == 6, "the publish arrives");
        fixture.await(session(a)
                .commit(Commit.builder()
                        .update(ROOT.child("max"), Bytes.utf8("7"))
                        .build()));
        fixture.eventually(() -> watcher.current().value().max() == 7, "a change by hand arrives");
        fixture.await(session(a)
                .commit(Commit.builder()
                        .create(ROOT.child("timeout"), Bytes.utf8("1s"))
                        .build()));
        fixture.await(
                session(a).commit(Commit.builder().delete(ROOT.child("timeout")).build()));
        fixture.eventually(
                () -> watcher.current().revision() > first.revision()
                        && watcher.current().value().timeout().equals(Duration.ofSeconds(30)),
                "a deletion by hand arrives");
    }

    @Test
    void singleEntryIsADocument() {
        Quorate a = open("a");
        fixture.await(session(a)
                .commit(Commit.builder().create(ROOT, Bytes.utf8("hello")).build()));
        ConfigCodec<String> codec =
                entries -> entries.text(ConfigEntries.DOCUMENT).orElseThrow();
        ConfigWatcher<String> watcher = watch(a, NAME, ConfigOptions.of(codec).asSingleEntry());

        assertThat(first(watcher).value()).isEqualTo("hello");
        fixture.await(session(a)
                .commit(Commit.builder().update(ROOT, Bytes.utf8("world")).build()));
        fixture.eventually(() -> watcher.current().value().equals("world"), "the change arrives");
    }

    @Test
    void closedWatcherLeavesNothingAndKeepsItsLastValue() {
        Quorate a = open("a");
        ConfigPublisher publisher = open("b").configPublisher(NAME);
        publish(a, limits(1, 5));
        ConfigWatcher<Limits> watcher = watch(a, NAME, LIMITS);
        first(watcher);
        fixture.eventually(() -> status(publisher).instances().size() == 1, "its status is told");

        watcher.close();
        watcher.close();

        fixture.eventually(() -> fixture.audit().watches() == 0, "its watch is gone");
        fixture.eventually(() -> status(publisher).instances().isEmpty(), "its status is gone");
        assertThat(watcher.current().value().max()).isEqualTo(5);
        assertThat(watcher.isConnected()).isFalse();
    }

    @Test
    void closedClientRefusesAWatcherThatWouldWaitForNothing() {
        Quorate a = open("a");
        a.closeAsync();

        assertThatThrownBy(() -> watch(a, NAME, LIMITS))
                .isInstanceOf(SessionClosedException.class)
                .hasMessageContaining("open another");
    }

    @Test
    void watcherThatIsClosedBeforeItsFirstValueSaysSo() {
        ConfigWatcher<Limits> watcher = watch(open("a"), NAME, LIMITS);
        CompletableFuture<ConfigSnapshot<Limits>> first = watcher.first();
        assertThatThrownBy(watcher::current).isInstanceOf(ConfigUnavailableException.class);

        watcher.close();

        assertThatThrownBy(() -> fixture.await(first))
                .isInstanceOf(ConfigUnavailableException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void awaitReturnsWithinItsLimitAndSaysWhatIsMissing() throws Exception {
        Assumptions.assumeTrue(fixture.virtualTime().isEmpty(), "blocking calls need real time");
        Quorate a = open("a");
        ConfigWatcher<Limits> watcher = watch(a, NAME, LIMITS);

        assertThatThrownBy(() -> {
                    fixture.eventually(() -> !unavailable(watcher).contains("not answered"), "the backend answers");
                    watcher.await(Duration.ofMillis(10));
                })
                .isInstanceOf(TimeoutExceededException.class)
                .hasMessageContaining("nothing is published under /config/shop/orders")
                .hasMessageContaining("min: missing");
        a.configPublisher(NAME).publish(limits(1, 5));
        assertThat(watcher.await(Duration.ofSeconds(30)).value().max()).isEqualTo(5);
        assertThat(a.configPublisher(NAME).status().revision())
                .isEqualTo(watcher.current().revision());
    }

    /**
     * What a reader was told at once.
     *
     * @param values the different values of all keys: more than one if publishes are mixed
     * @param followsTheOneBefore whether the snapshot before is the one that it was told last
     */
    private record Told(long revision, Set<Integer> values, boolean followsTheOneBefore) {}

    /** A watcher that notes all it is told, and knows what it must have been told in the end. */
    private final class Reader {

        private final ConfigWatcher<Uniform> watcher;
        private final List<Told> told = new CopyOnWriteArrayList<>();
        private Optional<ConfigSnapshot<Uniform>> last = Optional.empty();

        Reader(Quorate client) {
            watcher = watch(client, NAME, ConfigOptions.ofRecord(Uniform.class).withoutStatus());
            watcher.onChange(this::note);
        }

        private void note(ConfigChange<Uniform> change) {
            told.add(new Told(
                    change.after().revision(),
                    Set.copyOf(change.after().value().values().values()),
                    change.before().equals(last)));
            last = Optional.of(change.after());
        }

        void sees(List<Integer> committed) {
            int newest = committed.get(committed.size() - 1);
            fixture.eventually(
                    () -> !told.isEmpty() && told.get(told.size() - 1).values().contains(newest),
                    "the last publish is told");
            assertThat(watcher.current().value().value()).isEqualTo(newest);
            assertThat(told).allSatisfy(one -> {
                assertThat(one.values()).as("not a mix").hasSizeLessThanOrEqualTo(1);
                assertThat(one.followsTheOneBefore()).isTrue();
            });
            assertThat(told)
                    .as("once per revision, in order")
                    .extracting(Told::revision)
                    .isSorted()
                    .doesNotHaveDuplicates();
            List<Integer> values =
                    told.stream().flatMap(one -> one.values().stream()).toList();
            assertThat(isSubsequence(values, committed))
                    .as("%s are told in the order of %s", values, committed)
                    .isTrue();
        }
    }

    private static boolean isSubsequence(List<Integer> part, List<Integer> whole) {
        int found = 0;
        for (Integer element : whole) {
            if (found < part.size() && part.get(found).equals(element)) {
                found++;
            }
        }
        return found == part.size();
    }

    private String refusalOf(Path file, String name) {
        ConfigWatcher<Limits> watcher = watch(openLazily("late"), name, LIMITS.withLastGoodFile(file));
        fixture.eventually(() -> watcher.rejection().isPresent(), "the file is refused");
        assertThat(watcher.latest()).isEmpty();
        ConfigRejection rejection = watcher.rejection().orElseThrow();
        assertThat(rejection.origin()).isEqualTo(ConfigOrigin.LAST_GOOD_FILE);
        watcher.close();
        return rejection.reasons().get(0);
    }

    private static ConfigUpdate limits(int min, int max) {
        return ConfigUpdate.create().set("min", "" + min).set("max", "" + max);
    }

    private static ConfigUpdate uniform(int keys, int value) {
        return ConfigUpdate.replaceAll(entries(keys, value));
    }

    private static ConfigEntries entries(int keys, int value) {
        Map<String, String> values = new TreeMap<>();
        for (int i = 0; i < keys; i++) {
            values.put("values/k" + i, "" + value);
        }
        return ConfigEntries.ofText(values);
    }

    private ConfigPublication publish(Quorate client, ConfigUpdate update) {
        return fixture.await(client.configPublisher(NAME).publishAsync(update));
    }

    private <T> ConfigSnapshot<T> first(ConfigWatcher<T> watcher) {
        return fixture.await(watcher.first());
    }

    private ConfigStatus status(ConfigPublisher publisher) {
        return fixture.await(publisher.statusAsync());
    }

    private List<Key> childrenOf(Quorate client, Key key) {
        return fixture.await(session(client).list(key, Content.KEYS, Read.LATEST))
                .keys();
    }

    private Session session(Quorate client) {
        return fixture.await(client.session());
    }

    private static String unavailable(ConfigWatcher<?> watcher) {
        try {
            watcher.current();
            return "";
        } catch (ConfigUnavailableException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private boolean succeeds(CompletableFuture<?> future) {
        try {
            fixture.await(future);
            return true;
        } catch (ConfigConflictException e) {
            return false;
        }
    }

    /** Publishes, and returns whether that is certain. */
    private boolean isPublished(ConfigPublisher publisher, ConfigUpdate update) {
        try {
            fixture.await(publisher.publishAsync(update));
            return true;
        } catch (BackendUnavailableException | OutcomeUnknownException | SessionExpiredException e) {
            return false;
        }
    }

    private Quorate open(String owner) {
        Quorate client = fixture.await(Quorate.openAsync(fixture.backend(), options(owner)));
        clients.add(client);
        return client;
    }

    private Quorate openLazily(String owner) {
        Quorate client = Quorate.openLazily(fixture.backend(), options(owner));
        clients.add(client);
        return client;
    }

    private QuorateOptions options(String owner) {
        QuorateOptions options = QuorateOptions.defaults()
                .withOwnerName(owner)
                .withSessionTimeout(fixture.sessionTimeout())
                .withNamespace(fixture.namespace());
        Optional<Executor> callbacks = fixture.virtualTime().map(world -> world.newLane("callbacks of " + owner));
        return callbacks.map(options::withCallbackExecutor).orElse(options);
    }
}

package io.quorate.internal.config;

import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.Subscription;
import io.quorate.backend.WatchBatch;
import io.quorate.config.ConfigChange;
import io.quorate.config.ConfigContent;
import io.quorate.config.ConfigEntries;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigOrigin;
import io.quorate.config.ConfigRejection;
import io.quorate.config.ConfigSnapshot;
import io.quorate.config.ConfigStatus;
import io.quorate.config.ConfigUnavailableException;
import io.quorate.config.ConfigWatcher;
import io.quorate.event.ConfigEvent;
import io.quorate.event.Family;
import io.quorate.internal.Await;
import io.quorate.internal.Client;
import io.quorate.internal.SerialExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watcher: takes what the backend, the last good file and the override file say, and makes the newest good
 * combination of them current.
 *
 * <p>Everything but the published snapshot is confined to {@code lane}, which runs on the callback executor of the
 * client one task at a time: batches, files, timers, decoding and listeners.
 */
public final class LiveConfig<T> implements ConfigWatcher<T>, Feed.Listener {

    private static final Logger log = LoggerFactory.getLogger(LiveConfig.class);

    private final Client client;
    private final String name;
    private final ConfigKeys keys;
    private final ConfigOptions<T> options;
    private final SerialExecutor lane;
    private final Judge<T> judge;
    private final ConfigView view;
    private final Feed feed;
    private final StatusEntry status;
    private final @Nullable LastGoodFile lastGoodFile;
    private final @Nullable OverrideFile overrideFile;
    private final List<Consumer<ConfigChange<T>>> changeListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<ConfigRejection>> rejectionListeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<ConfigSnapshot<T>> first = new CompletableFuture<>();
    private final List<Subscription> timers = new ArrayList<>();

    private volatile @Nullable ConfigSnapshot<T> current;
    private volatile @Nullable ConfigRejection rejection;
    private volatile @Nullable String waitingFor;
    private volatile boolean closed;

    /** The newest state that was seen, good or not. */
    private @Nullable Source newest;
    /** The newest state that is good by itself or was good with the overrides of its time. */
    private @Nullable Source good;

    private ConfigEntries overrides = ConfigEntries.EMPTY;
    /** What the current snapshot was made of. */
    private ConfigEntries effective = ConfigEntries.EMPTY;

    private ConfigEntries effectiveOverrides = ConfigEntries.EMPTY;
    private boolean lastGoodWasRead;

    /** Whether the last attempt to read failed, which is told once and not with each further attempt. */
    private boolean unreadable;

    /** What was read from one place. */
    private record Source(ConfigContent content, ConfigOrigin origin) {}

    /** A state with overrides: what may become current. */
    private record Candidate(Source source, ConfigEntries overrides) {
        ConfigEntries entries() {
            return source.content().entries().overriddenBy(matched());
        }

        ConfigEntries matched() {
            return OverrideFile.matching(overrides, source.content().entries());
        }

        ConfigOrigin origin() {
            return overrides.isEmpty() ? source.origin() : ConfigOrigin.OVERRIDE_FILE;
        }
    }

    /**
     * Creates a watcher that {@link #start()} sets to work.
     *
     * @param watcherId what tells it from other watchers of the same client
     */
    public LiveConfig(Client client, String name, ConfigOptions<T> options, String watcherId) {
        this.client = client;
        this.name = name;
        this.keys = ConfigKeys.of(name);
        this.options = options;
        this.lane = new SerialExecutor("configuration '" + name + "'", client.callbackExecutor());
        this.judge = new Judge<>(options.codec(), options.validators());
        this.view = new ConfigView(keys.root(), options.singleEntry());
        Scope scope = options.singleEntry() ? Scope.ENTRY : Scope.SUBTREE;
        this.feed = new Feed(client, lane, keys.root(), scope, this);
        this.status = new StatusEntry(keys.status(), watcherId, lane);
        this.lastGoodFile =
                options.lastGoodFile().map(path -> new LastGoodFile(path, name)).orElse(null);
        this.overrideFile = options.overrideFile()
                .map(path -> new OverrideFile(path, options.singleEntry()))
                .orElse(null);
    }

    /** Begins to watch. */
    public void start() {
        timers.add(client.openRecipes().add(() -> {
            close();
            return CompletableFuture.completedFuture(null);
        }));
        lane.execute(() -> {
            if (lastGoodFile != null) {
                timers.add(client.delays().schedule(() -> lane.execute(this::useLastGoodFile), options.patience()));
            }
            pollOverrides();
            feed.connect();
        });
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ConfigSnapshot<T> current() {
        ConfigSnapshot<T> snapshot = current;
        if (snapshot == null) {
            throw unavailable();
        }
        return snapshot;
    }

    @Override
    public Optional<ConfigSnapshot<T>> latest() {
        return Optional.ofNullable(current);
    }

    @Override
    public CompletableFuture<ConfigSnapshot<T>> first() {
        return first.copy();
    }

    @Override
    public ConfigSnapshot<T> await(Duration atMost) throws InterruptedException {
        ConfigSnapshot<T> snapshot = current;
        if (snapshot != null) {
            return snapshot;
        }
        client.refuseToWaitOnLane();
        return Await.within(
                atMost, client.sessions(), first(), "waiting for configuration '" + name + "'", this::whyNotYet);
    }

    @Override
    public Subscription onChange(Consumer<ConfigChange<T>> listener) {
        lane.execute(() -> {
            changeListeners.add(listener);
            ConfigSnapshot<T> snapshot = current;
            if (snapshot != null) {
                tell(listener, new ConfigChange<>(Optional.empty(), snapshot, effective.keys()));
            }
        });
        // Removed at once, so that on the watcher's own thread nothing more is delivered; and again in turn, for a
        // registration that has not happened yet.
        return () -> {
            changeListeners.remove(listener);
            lane.execute(() -> changeListeners.remove(listener));
        };
    }

    @Override
    public Subscription onRejection(Consumer<ConfigRejection> listener) {
        rejectionListeners.add(listener);
        return () -> rejectionListeners.remove(listener);
    }

    @Override
    public Optional<ConfigRejection> rejection() {
        return Optional.ofNullable(rejection);
    }

    @Override
    public boolean isConnected() {
        return feed.isConnected();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        lane.execute(() -> {
            feed.end();
            timers.forEach(Subscription::close);
            status.close();
            first.completeExceptionally(
                    new ConfigUnavailableException("the watcher of configuration '" + name + "' is closed", null));
        });
    }

    @Override
    public String toString() {
        ConfigSnapshot<T> snapshot = current;
        return "configuration '" + name + "'"
                + (snapshot == null ? "" : " at revision " + snapshot.revision() + " from " + snapshot.origin());
    }

    @Override
    public void onSession(Session session) {
        if (options.publishStatus()) {
            status.use(session);
        }
    }

    @Override
    public void onBatch(WatchBatch batch) {
        if (unreadable) {
            unreadable = false;
            log.info("Configuration '{}' can be read again", name);
        }
        offer(new Source(view.apply(batch), ConfigOrigin.BACKEND));
    }

    @Override
    public void onUnavailable(QuorateException cause) {
        waitingFor = "the backend cannot be used: " + cause.getMessage();
        if (!unreadable) {
            unreadable = true;
            log.warn(
                    "Configuration '{}' cannot be read; it stays as it is, and is tried again until it can: {}",
                    name,
                    cause.getMessage());
        }
        log.debug("An attempt to read configuration '{}' failed", name, cause);
        useLastGoodFile();
    }

    @Override
    public void onClosed(QuorateException cause) {
        close();
    }

    private void useLastGoodFile() {
        if (lastGoodFile == null || lastGoodWasRead || newest != null || closed) {
            return;
        }
        lastGoodWasRead = true;
        try {
            lastGoodFile.read().ifPresent(content -> offer(new Source(content, ConfigOrigin.LAST_GOOD_FILE)));
        } catch (IOException e) {
            reject(0, ConfigOrigin.LAST_GOOD_FILE, List.of(FileFailure.described(e)));
        }
    }

    private void pollOverrides() {
        if (overrideFile == null || closed) {
            return;
        }
        ConfigEntries before = overrides;
        try {
            overrides = overrideFile.read();
            if (!overrides.equals(before)) {
                log.info("Configuration '{}' has the overrides {} by {}", name, overrides.keys(), overrideFile);
                evaluate();
            }
        } catch (IOException e) {
            // What was read before stays in force: an operator in the middle of a change must not switch it off.
            reject(
                    0,
                    ConfigOrigin.OVERRIDE_FILE,
                    List.of("the override file was refused: " + FileFailure.described(e)));
        }
        timers.removeIf(timer -> timer instanceof Poll);
        timers.add(new Poll(
                client.delays().schedule(() -> lane.execute(this::pollOverrides), options.overridePollInterval())));
    }

    /** The timer of the next look at the override file. */
    private record Poll(Subscription timer) implements Subscription {
        @Override
        public void close() {
            timer.close();
        }
    }

    /** Takes note of a state; the same one twice is no news. */
    private void offer(Source source) {
        Source before = newest;
        if (before != null && before.content().equals(source.content())) {
            newest = source;
            confirmOrigin(before, source);
            return;
        }
        if (before != null && source.content().revision() < before.content().revision()) {
            log.warn(
                    "Configuration '{}' went back from revision {} to {}: the backend was restored from a backup, or"
                            + " the file is another backend's",
                    name,
                    before.content().revision(),
                    source.content().revision());
        }
        newest = source;
        evaluate();
    }

    /** The backend has what the file had: the same snapshot, which nobody needs to be told. */
    private void confirmOrigin(Source before, Source now) {
        ConfigSnapshot<T> snapshot = current;
        if (!before.equals(good) || before.origin() == now.origin()) {
            return;
        }
        good = now;
        if (snapshot != null && snapshot.origin() == before.origin()) {
            current = new ConfigSnapshot<>(
                    snapshot.value(),
                    snapshot.revision(),
                    now.origin(),
                    snapshot.overriddenKeys(),
                    snapshot.loadedAt());
            tellStatus();
        }
    }

    /** Makes the newest state with the overrides current, or else says why not. */
    private void evaluate() {
        if (closed) {
            return;
        }
        Source source =
                newest != null ? newest : new Source(new ConfigContent(0, ConfigEntries.EMPTY), ConfigOrigin.BACKEND);
        if (newest == null && overrides.isEmpty()) {
            return;
        }
        Candidate wanted = new Candidate(source, overrides);
        List<String> reasons = adopt(wanted);
        if (reasons.isEmpty()) {
            return;
        }
        if (newest == null || (isNothing(wanted) && current == null)) {
            waitingFor = "nothing is published under " + keys.root() + ": " + String.join("; ", reasons);
        } else {
            reject(source.content().revision(), wanted.origin(), reasons);
        }
        if (current == null || !overrides.equals(effectiveOverrides)) {
            adoptNextBest();
        }
        tellStatus();
    }

    /** What stays must not be at odds with the override file as it is now, if that is possible. */
    private void adoptNextBest() {
        ConfigRejection standing = rejection;
        List<Candidate> others = new ArrayList<>();
        if (good != null) {
            others.add(new Candidate(good, overrides));
        }
        if (current == null && newest != null && !overrides.isEmpty()) {
            others.add(new Candidate(newest, ConfigEntries.EMPTY));
        }
        for (Candidate other : others) {
            if (adopt(other).isEmpty()) {
                rejection = standing;
                return;
            }
        }
    }

    /** Makes a candidate current; returns why not, or nothing if it is. */
    private List<String> adopt(Candidate candidate) {
        ConfigEntries entries = candidate.entries();
        if (entries.isEmpty() && !effective.isEmpty()) {
            return List.of(
                    "everything under " + keys.root() + " was deleted; to run on defaults, restart the instance");
        }
        Judge.Verdict<T> verdict = judge.judge(entries);
        if (verdict instanceof Judge.Verdict.Refused<T> refused) {
            return refused.reasons();
        }
        T value = ((Judge.Verdict.Accepted<T>) verdict).value();
        ConfigSnapshot<T> before = current;
        ConfigSnapshot<T> after = new ConfigSnapshot<>(
                value,
                candidate.source().content().revision(),
                candidate.origin(),
                candidate.matched().keys(),
                options.clock().instant());
        Set<String> changed = before == null ? entries.keys() : entries.differenceTo(effective);
        effective = entries;
        effectiveOverrides = candidate.overrides();
        good = candidate.source();
        current = after;
        rejection = null;
        waitingFor = null;
        keep(candidate);
        announce(new ConfigChange<>(Optional.ofNullable(before), after, changed));
        return List.of();
    }

    private boolean isNothing(Candidate candidate) {
        return candidate.entries().isEmpty();
    }

    /** Writes the last good file: only what came from the backend, and only if it is good without overrides. */
    private void keep(Candidate candidate) {
        ConfigContent content = candidate.source().content();
        if (lastGoodFile == null
                || candidate.source().origin() != ConfigOrigin.BACKEND
                || content.entries().isEmpty()) {
            return;
        }
        if (!candidate.overrides().isEmpty() && judge.judge(content.entries()) instanceof Judge.Verdict.Refused<T>) {
            return;
        }
        try {
            lastGoodFile.write(content);
        } catch (IOException e) {
            log.error(
                    "The last good snapshot of configuration '{}' was not kept; a start without the backend would"
                            + " not know it",
                    name,
                    e);
        }
    }

    private void announce(ConfigChange<T> change) {
        ConfigSnapshot<T> after = change.after();
        log.info("Configuration '{}' runs revision {} from {}", name, after.revision(), after.origin());
        first.complete(after);
        changeListeners.forEach(listener -> tell(listener, change));
        client.events()
                .tell(listener -> listener.onConfig(new ConfigEvent.Adopted(
                        Family.of(name), after.revision(), after.origin().name())));
        tellStatus();
    }

    private void reject(long revision, ConfigOrigin origin, List<String> reasons) {
        ConfigRejection before = rejection;
        if (before != null
                && before.revision() == revision
                && before.origin() == origin
                && before.reasons().equals(reasons)) {
            return;
        }
        ConfigRejection refused =
                new ConfigRejection(revision, origin, reasons, options.clock().instant());
        rejection = refused;
        ConfigSnapshot<T> kept = current;
        long keptRevision = kept == null ? -1 : kept.revision();
        String reason = String.join("; ", reasons);
        log.error("Configuration '{}': revision {} from {} was refused: {}", name, revision, origin, reason);
        rejectionListeners.forEach(listener -> tell(listener, refused));
        client.events()
                .tell(listener ->
                        listener.onConfig(new ConfigEvent.Rejected(Family.of(name), revision, keptRevision, reason)));
        tellStatus();
    }

    private void tellStatus() {
        if (!options.publishStatus()) {
            return;
        }
        ConfigSnapshot<T> snapshot = current;
        ConfigRejection refused = rejection;
        status.tell(
                client.ownerName().utf8(),
                snapshot == null ? -1 : snapshot.revision(),
                snapshot == null ? null : snapshot.origin(),
                refused == null
                        ? null
                        : new ConfigStatus.Refusal(refused.revision(), String.join("; ", refused.reasons())));
    }

    private <E> void tell(Consumer<E> listener, E event) {
        try {
            listener.accept(event);
        } catch (RuntimeException | Error e) {
            log.error("A listener of configuration '{}' threw; it keeps being told", name, e);
        }
    }

    private ConfigUnavailableException unavailable() {
        return new ConfigUnavailableException(
                "configuration '" + name + "' has no value yet: " + whyNotYet() + "; await the first one at the start",
                null);
    }

    private String whyNotYet() {
        ConfigRejection refused = rejection;
        String waiting = waitingFor;
        if (closed) {
            return "its watcher is closed";
        }
        if (refused != null) {
            return "revision " + refused.revision() + " from " + refused.origin() + " was refused: "
                    + String.join("; ", refused.reasons());
        }
        return waiting != null ? waiting : "the backend has not answered yet";
    }
}

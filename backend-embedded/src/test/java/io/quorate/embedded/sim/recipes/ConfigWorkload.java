package io.quorate.embedded.sim.recipes;

import io.quorate.config.ConfigCodec;
import io.quorate.config.ConfigContent;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigPublication;
import io.quorate.config.ConfigPublisher;
import io.quorate.config.ConfigSnapshot;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.ConfigWatcher;
import io.quorate.embedded.sim.SimulatedEngine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Publishers who set three keys to one number, and a watcher in each client.
 *
 * <p>N10: nobody sees two numbers at once; of one revision all see the same number, the one that was published; each watcher's revisions
 * rise; in the end all see the last.
 */
final class ConfigWorkload implements Workload {

    private static final String NAME = "shop";
    private static final List<String> KEYS = List.of("a", "b/c", "d");

    private final SimulatedEngine engine;
    private final List<Watching> all = new ArrayList<>();
    private final Map<Long, Integer> numbers = new HashMap<>();
    private int lastNumber;
    private long lastPublished;
    private boolean faultsEnded;
    private @Nullable CompletableFuture<ConfigContent> committed;

    ConfigWorkload(SimulatedEngine engine) {
        this.engine = engine;
    }

    /** One client's watcher and publisher. */
    private final class Watching {
        private final RecipeClient client;
        private final ConfigWatcher<Integer> watcher;
        private final ConfigPublisher publisher;
        private long lastSeen = -1;

        Watching(RecipeClient client) {
            this.client = client;
            ConfigCodec<Integer> codec = entries -> {
                int number = -1;
                for (String key : KEYS) {
                    int of = Integer.parseInt(entries.text(key).orElse("0"));
                    if (number >= 0 && of != number) {
                        engine.violated("OneRevision", client.name() + " sees " + entries);
                    }
                    number = of;
                }
                return number;
            };
            this.watcher = client.quorate()
                    .watchConfig(
                            NAME, ConfigOptions.of(codec).withClock(() -> Instant.ofEpochMilli(engine.now() / 1_000)));
            this.publisher = client.quorate().configPublisher(NAME);
            var unused = watcher.onChange(change -> seen(change.after()));
        }

        private void seen(ConfigSnapshot<Integer> snapshot) {
            client.trace(() -> "sees " + snapshot.value() + " of revision " + snapshot.revision());
            if (snapshot.revision() <= lastSeen) {
                engine.violated("RevisionsRise", client.name() + " sees " + snapshot + " after " + lastSeen);
            }
            lastSeen = snapshot.revision();
            note(snapshot.revision(), snapshot.value());
        }

        void publishLater() {
            client.later(250, this::publish);
        }

        private void publish() {
            if (faultsEnded) {
                return;
            }
            int number = ++lastNumber;
            ConfigUpdate update = ConfigUpdate.create();
            for (String key : KEYS) {
                update = update.set(key, Integer.toString(number));
            }
            if (client.random().chance(0.3)) {
                update = update.on(Math.max(0, lastSeen));
            }
            CompletableFuture<ConfigPublication> published = publisher.publishAsync(update);
            published.whenComplete((publication, failure) -> {
                if (publication != null) {
                    client.trace(() -> "has published " + number + " as revision " + publication.revision());
                    note(publication.revision(), number);
                    lastPublished = Math.max(lastPublished, publication.revision());
                }
                publishLater();
            });
        }
    }

    private void note(long revision, int number) {
        Integer before = numbers.putIfAbsent(revision, number);
        if (before != null && before != number) {
            engine.violated(
                    "OneNumber", "revision " + revision + " is " + before + " to some, " + number + " to others");
        }
    }

    @Override
    public void join(RecipeClient client) {
        Watching watching = new Watching(client);
        all.add(watching);
        watching.publishLater();
    }

    @Override
    public void check() {
        all.removeIf(watching -> !watching.client.isAlive());
    }

    @Override
    public void faultsEnded() {
        faultsEnded = true;
    }

    /** All show what there is: the same revision, no older than any that was published. */
    @Override
    public boolean hasProgressed() {
        CompletableFuture<ConfigContent> asked = committed;
        if (asked == null) {
            if (!all.isEmpty()) {
                committed = all.get(0).publisher.currentAsync();
            }
            return all.isEmpty();
        }
        if (!asked.isDone()) {
            return false;
        }
        if (asked.isCompletedExceptionally()) {
            committed = null;
            return false;
        }
        long revision = asked.join().revision();
        boolean current = revision >= lastPublished
                && all.stream()
                        .allMatch(watching -> watching.watcher
                                        .latest()
                                        .map(ConfigSnapshot::revision)
                                        .orElse(0L)
                                == revision);
        if (!current) {
            // A publication may still have been under way.
            committed = null;
        }
        return current;
    }

    @Override
    public String describe() {
        return "configuration: last published " + lastPublished + ", seen "
                + all.stream()
                        .map(watching -> watching.client.name() + " " + watching.lastSeen)
                        .toList();
    }
}

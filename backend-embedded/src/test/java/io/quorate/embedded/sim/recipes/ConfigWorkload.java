package io.quorate.embedded.sim.recipes;

import io.quorate.backend.Key;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Publishers who set three keys to one number and an extra key now and then, who take back what was published, and a watcher in each
 * client.
 *
 * <p>N10: nobody sees two numbers at once; what is seen of a revision is what was committed as that revision; each watcher's revisions rise;
 * what is taken back is exactly as it was; in the end all see the last.
 */
final class ConfigWorkload implements Workload {

    private static final String NAME = "shop";
    private static final Key ROOT = Key.of("/config").resolve(NAME);
    private static final List<String> KEYS = List.of("a", "b/c", "d");

    private final SimulatedEngine engine;
    private final List<Watching> all = new ArrayList<>();

    /** The revisions that were published. */
    private final List<Long> published = new ArrayList<>();

    private int lastNumber;
    private long lastPublished;
    private boolean faultsEnded;
    private @Nullable CompletableFuture<ConfigContent> committed;

    ConfigWorkload(SimulatedEngine engine) {
        this.engine = engine;
    }

    /**
     * What a configuration says.
     *
     * @param number what all keys are set to
     * @param all all keys, and what they are set to
     */
    private record Content(int number, Map<String, String> all) {}

    /** One client's watcher and publisher. */
    private final class Watching {
        private final RecipeClient client;
        private final ConfigWatcher<Content> watcher;
        private final ConfigPublisher publisher;
        private long lastSeen = -1;

        Watching(RecipeClient client) {
            this.client = client;
            ConfigCodec<Content> codec = entries -> {
                int number = -1;
                for (String key : KEYS) {
                    int of = Integer.parseInt(entries.text(key).orElse("0"));
                    if (number >= 0 && of != number) {
                        engine.violated("OneRevision", client.name() + " sees " + entries);
                    }
                    number = of;
                }
                Map<String, String> all = new TreeMap<>();
                entries.keys().forEach(key -> all.put(key, entries.text(key).orElse("")));
                return new Content(number, all);
            };
            this.watcher = client.quorate()
                    .watchConfig(
                            NAME, ConfigOptions.of(codec).withClock(() -> Instant.ofEpochMilli(engine.now() / 1_000)));
            this.publisher = client.quorate().configPublisher(NAME);
            var unused = watcher.onChange(change -> seen(change.after()));
        }

        private void seen(ConfigSnapshot<Content> snapshot) {
            client.trace(() -> "sees " + snapshot.value().number() + " of revision " + snapshot.revision());
            if (snapshot.revision() <= lastSeen) {
                engine.violated("RevisionsRise", client.name() + " sees " + snapshot + " after " + lastSeen);
            }
            lastSeen = snapshot.revision();
            Map<String, String> committed = contentAt(snapshot.revision());
            if (!committed.equals(snapshot.value().all())) {
                engine.violated(
                        "SeenIsCommitted",
                        client.name() + " sees " + snapshot + ", and revision " + snapshot.revision() + " is "
                                + committed);
            }
        }

        void publishLater() {
            client.later(250, this::publish);
        }

        private void publish() {
            if (faultsEnded) {
                return;
            }
            if (published.size() > 1 && client.random().chance(0.2)) {
                takeBack(published.get(client.random().below(published.size())));
                return;
            }
            int number = ++lastNumber;
            ConfigUpdate update = ConfigUpdate.create();
            for (String key : KEYS) {
                update = update.set(key, Integer.toString(number));
            }
            String extra = "extra" + client.random().below(3);
            update = client.random().chance(0.4) ? update.set(extra, "x" + number) : update.remove(extra);
            if (client.random().chance(0.3)) {
                update = update.on(Math.max(0, lastSeen));
            }
            CompletableFuture<?> unused = publisher.publishAsync(update).whenComplete((publication, failure) -> {
                if (publication != null) {
                    client.trace(() -> "has published " + number + " as revision " + publication.revision());
                    String committed = contentAt(publication.revision()).get(KEYS.get(0));
                    if (!Integer.toString(number).equals(committed)) {
                        engine.violated("PublishedIsCommitted", publication + " says " + committed + " for " + number);
                    }
                }
                isPublished(publication);
            });
        }

        private void takeBack(long revision) {
            CompletableFuture<?> unused = publisher
                    .rollbackToAsync(revision, client.name())
                    .whenComplete((publication, failure) -> {
                        if (publication != null) {
                            client.trace(
                                    () -> "has published revision " + revision + " again as " + publication.revision());
                            if (!contentAt(revision).equals(contentAt(publication.revision()))) {
                                engine.violated(
                                        "TakenBackIsAsItWas",
                                        "revision " + publication.revision() + " is "
                                                + contentAt(publication.revision()) + ", and revision " + revision
                                                + " was " + contentAt(revision));
                            }
                        }
                        isPublished(publication);
                    });
        }

        private void isPublished(@Nullable ConfigPublication publication) {
            if (publication != null) {
                published.add(publication.revision());
                lastPublished = Math.max(lastPublished, publication.revision());
            }
            publishLater();
        }
    }

    /** Returns what was committed as a revision. */
    private Map<String, String> contentAt(long revision) {
        Map<String, String> content = new TreeMap<>();
        String prefix = ROOT + "/";
        engine.committedBelow(ROOT, revision).forEach((key, entry) -> {
            if (entry.value() != null && !key.equals(ROOT)) {
                content.put(
                        key.toString().substring(prefix.length()), entry.value().utf8());
            }
        });
        return content;
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

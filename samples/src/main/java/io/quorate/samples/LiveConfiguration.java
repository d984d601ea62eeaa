package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.config.ConfigDifference;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigPublication;
import io.quorate.config.ConfigPublisher;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.ConfigWatcher;
import io.quorate.config.DataSize;
import io.quorate.config.DefaultValue;
import io.quorate.config.Secret;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A shop whose configuration changes while it runs; a bad value is refused, and the last good one stays. */
public final class LiveConfiguration {

    record Pool(
            int minSize, int maxSize, @DefaultValue("30s") Duration timeout) {}

    record Shop(Pool pool, DataSize upload, Secret password) {}

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private LiveConfiguration() {}

    /**
     * Runs the story.
     *
     * @param args the URI of a backend, such as {@code zookeeper://localhost:2181/samples}, or nothing for a quorum in this process
     */
    public static void main(String[] args) throws InterruptedException {
        run(BackendArgument.uri(args));
    }

    private static void run(String uri) throws InterruptedException {
        try (Quorate quorate = Quorate.open(uri, QuorateOptions.defaults().withOwnerName("shop-1"))) {
            ConfigPublisher publisher = quorate.configPublisher("shop");
            ConfigPublication good = publisher.publish(ConfigUpdate.create()
                    .set("pool/minSize", "2")
                    .set("pool/maxSize", "8")
                    .set("upload", "10MiB")
                    .set("password", "hunter2")
                    .by("ana")
                    .because("the shop opens"));

            ConfigOptions<Shop> options = ConfigOptions.ofRecord(Shop.class)
                    .require(shop -> shop.pool().minSize() <= shop.pool().maxSize(), "pool: minSize is above maxSize");
            try (ConfigWatcher<Shop> watcher = quorate.watchConfig("shop", options)) {
                System.out.println(
                        "runs     " + watcher.await(Duration.ofSeconds(10)).value());
                BlockingQueue<String> told = new LinkedBlockingQueue<>();
                watcher.onChange(change -> told.add("changed  " + change.changedKeys()));
                watcher.onRejection(rejection -> told.add("refused  " + rejection.reasons()));
                tell(told);

                System.out.println("         ben publishes maxSize = 16");
                publisher.publish(
                        ConfigUpdate.create().set("pool/maxSize", "16").by("ben"));
                tell(told);
                System.out.println("runs     " + watcher.current().value().pool());

                System.out.println("         ben publishes maxSize = 1");
                ConfigPublication bad = publisher.publish(
                        ConfigUpdate.create().set("pool/maxSize", "1").by("ben"));
                tell(told);
                System.out.println("still    " + watcher.current().value().pool());
                ConfigDifference difference = publisher.diff(good.revision(), bad.revision());
                System.out.println("differs  " + difference.modified());

                System.out.println("         ana rolls back to what she published");
                publisher.rollbackTo(good.revision(), "ana");
                tell(told);
                System.out.println("runs     " + watcher.current().value().pool());
            }
        }
    }

    private static void tell(BlockingQueue<String> told) throws InterruptedException {
        System.out.println(told.poll(LIMIT.toSeconds(), TimeUnit.SECONDS));
    }
}

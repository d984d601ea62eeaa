package io.quorate.internal.config;

import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Listing;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.config.ConfigContent;
import io.quorate.config.ConfigDifference;
import io.quorate.config.ConfigEntries;
import io.quorate.config.ConfigPublication;
import io.quorate.config.ConfigPublisher;
import io.quorate.config.ConfigStatus;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.RevisionNotKeptException;
import io.quorate.internal.Await;
import io.quorate.internal.Client;
import java.io.ByteArrayOutputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Publishes a configuration as a subtree with a {@link Head}. */
public final class TreePublisher implements ConfigPublisher {

    private final Client client;
    private final String name;
    private final ConfigKeys keys;

    /** Creates the publisher of the configuration of a name. */
    public TreePublisher(Client client, String name) {
        this.client = client;
        this.name = name;
        this.keys = ConfigKeys.of(name);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletableFuture<ConfigContent> currentAsync() {
        return handedOver(call(this::readCurrent));
    }

    @Override
    public ConfigContent current() throws InterruptedException {
        return await(call(this::readCurrent), "reading");
    }

    @Override
    public CompletableFuture<ConfigPublication> publishAsync(ConfigUpdate update) {
        return handedOver(publishing(update));
    }

    @Override
    public ConfigPublication publish(ConfigUpdate update) throws InterruptedException {
        return awaitWrite(publishing(update));
    }

    @Override
    public CompletableFuture<List<ConfigPublication>> historyAsync() {
        return handedOver(call(this::readHistory));
    }

    @Override
    public List<ConfigPublication> history() throws InterruptedException {
        return await(call(this::readHistory), "reading the history of");
    }

    @Override
    public CompletableFuture<ConfigPublication> rollbackToAsync(long revision, String author) {
        return handedOver(rollingBack(revision, author));
    }

    @Override
    public ConfigPublication rollbackTo(long revision, String author) throws InterruptedException {
        return awaitWrite(rollingBack(revision, author));
    }

    @Override
    public CompletableFuture<ConfigDifference> diffAsync(long from, long to) {
        return handedOver(call(session -> readDifference(session, from, to)));
    }

    @Override
    public ConfigDifference diff(long from, long to) throws InterruptedException {
        return await(call(session -> readDifference(session, from, to)), "comparing revisions of");
    }

    @Override
    public CompletableFuture<ConfigStatus> statusAsync() {
        return handedOver(call(this::readStatus));
    }

    @Override
    public ConfigStatus status() throws InterruptedException {
        return await(call(this::readStatus), "asking for the status of");
    }

    @Override
    public String toString() {
        return "publisher of configuration '" + name + "'";
    }

    private CompletableFuture<ConfigPublication> publishing(ConfigUpdate update) {
        update.changes().keySet().forEach(this::check);
        return call(session -> new Publish(session, name, keys, update).begin());
    }

    /** Refuses a key before anything is sent. */
    private void check(String key) {
        keys.root().resolve(key);
        if (ConfigTree.isReserved(key)) {
            throw new IllegalArgumentException(
                    "the first segment of a key must not begin with a dot, as in '" + key + "'; choose another name");
        }
    }

    private CompletableFuture<ConfigPublication> rollingBack(long revision, String author) {
        // Checked before anything is read.
        ConfigUpdate empty = ConfigUpdate.create().by(author).because("Roll back to revision " + revision);
        return call(session -> contentAt(session, revision)
                .thenCompose(content -> new Publish(
                                session,
                                name,
                                keys,
                                ConfigUpdate.replaceAll(content.entries())
                                        .by(empty.author())
                                        .because(empty.comment()))
                        .begin()));
    }

    private CompletableFuture<ConfigContent> readCurrent(Session session) {
        return session.snapshot(keys.root())
                .thenApply(snapshot ->
                        ConfigTree.of(keys.root(), snapshot.entries()).content());
    }

    private CompletableFuture<List<ConfigPublication>> readHistory(Session session) {
        return records(session)
                .thenApply(listing -> listing.entries().stream()
                        .flatMap(entry -> record(entry).map(record -> record.publication(entry)).stream())
                        .sorted(Comparator.comparingLong(ConfigPublication::number)
                                .reversed())
                        .toList());
    }

    private CompletableFuture<ConfigDifference> readDifference(Session session, long from, long to) {
        return contentAt(session, from).thenCombine(contentAt(session, to), ConfigDifference::new);
    }

    private CompletableFuture<ConfigStatus> readStatus(Session session) {
        CompletableFuture<Listing> told = session.list(keys.status(), Content.ENTRIES, Read.LATEST);
        return readCurrent(session)
                .thenCombine(
                        told,
                        (content, listing) -> new ConfigStatus(
                                content.revision(),
                                listing.entries().stream()
                                        .flatMap(entry -> StatusEntry.parse(entry).stream())
                                        .toList()));
    }

    private CompletableFuture<ConfigContent> contentAt(Session session, long revision) {
        return records(session).thenCompose(listing -> {
            Optional<Entry> kept = listing.entries().stream()
                    .filter(entry -> entry.createRevision() == revision)
                    .findFirst();
            return kept.isPresent()
                    ? contentOf(session, kept.get())
                    : readCurrent(session).thenApply(current -> current(current, revision, listing));
        });
    }

    private ConfigContent current(ConfigContent current, long revision, Listing records) {
        if (current.revision() == revision) {
            return current;
        }
        throw new RevisionNotKeptException(
                name,
                revision,
                records.entries().stream().map(Entry::createRevision).toList());
    }

    private CompletableFuture<ConfigContent> contentOf(Session session, Entry entry) {
        PublicationRecord record =
                record(entry).orElseThrow(() -> new IllegalStateException("the record " + entry.key() + " is damaged"));
        if (record.content().isPresent()) {
            return CompletableFuture.completedFuture(new ConfigContent(
                    entry.createRevision(),
                    PublicationRecord.decode(record.content().get())));
        }
        return session.snapshot(keys.archive().child(entry.key().name()))
                .thenApply(archive -> new ConfigContent(entry.createRevision(), joined(archive.entries())));
    }

    private static ConfigEntries joined(List<Entry> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Entry part : parts) {
            part.optionalValue().ifPresent(value -> all.writeBytes(value.toByteArray()));
        }
        return PublicationRecord.decode(all.toByteArray());
    }

    private CompletableFuture<Listing> records(Session session) {
        return session.list(keys.history(), Content.ENTRIES, Read.LATEST);
    }

    private static Optional<PublicationRecord> record(Entry entry) {
        return entry.optionalValue().flatMap(PublicationRecord::parse);
    }

    private <R> CompletableFuture<R> call(Function<Session, CompletableFuture<R>> operation) {
        return client.sessions().call(operation);
    }

    /** Completes on the callback executor, so that what the caller attaches does not run on the lane. */
    private <R> CompletableFuture<R> handedOver(CompletableFuture<R> result) {
        return result.thenApplyAsync(Function.identity(), client.callbackExecutor());
    }

    private <R> R await(CompletableFuture<R> result, String what) throws InterruptedException {
        client.refuseToWaitOnLane();
        return Await.within(
                client.operationTimeout(),
                client.sessions(),
                result,
                what + " configuration '" + name + "'",
                () -> "the backend did not answer");
    }

    private ConfigPublication awaitWrite(CompletableFuture<ConfigPublication> result) throws InterruptedException {
        try {
            return await(result, "publishing");
        } catch (TimeoutExceededException e) {
            throw new OutcomeUnknownException(
                    "configuration '" + name + "' may have been published; look at its history before retrying", e);
        }
    }
}

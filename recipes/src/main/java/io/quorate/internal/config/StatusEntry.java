package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.NoSuchKeyException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionId;
import io.quorate.config.ConfigOrigin;
import io.quorate.config.ConfigStatus;
import io.quorate.internal.Failures;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one watcher tells about itself, as an entry that its session owns. One write is under way at most; what changes
 * meanwhile is told by the next. Confined to the watcher's executor.
 */
final class StatusEntry {

    private static final Logger log = LoggerFactory.getLogger(StatusEntry.class);

    private static final String HEADING = "quorate configuration status 1";
    private static final int MAX_REASON = 1024;

    private final Key parent;
    private final String watcherId;
    private final Executor lane;
    private @Nullable Session session;
    private @Nullable Bytes wanted;
    private @Nullable Bytes written;
    private boolean exists;
    private boolean writing;
    private boolean closed;

    StatusEntry(Key parent, String watcherId, Executor lane) {
        this.parent = parent;
        this.watcherId = watcherId;
        this.lane = lane;
    }

    /** Goes on with another session: what the one before owned is gone. */
    void use(Session another) {
        if (session != another) {
            session = another;
            exists = false;
            written = null;
            writing = false;
            write();
        }
    }

    void tell(String owner, long revision, @Nullable ConfigOrigin origin, ConfigStatus.@Nullable Refusal refusal) {
        Fields fields = new Fields().put("owner", owner).put("revision", revision);
        if (origin != null) {
            fields.put("origin", origin.name());
        }
        if (refusal != null) {
            fields.put("refused", refusal.revision()).put("reason", abbreviated(refusal.reason()));
        }
        wanted = fields.format(HEADING);
        write();
    }

    /** Takes the entry back. */
    void close() {
        closed = true;
        Session current = session;
        if (exists && current != null && !current.state().isTerminal()) {
            current.commit(Commit.builder().delete(key(current)).build());
        }
    }

    /** Reads what a watcher told; empty if the entry is something else. */
    static Optional<ConfigStatus.Instance> parse(Entry entry) {
        return entry.optionalValue()
                .flatMap(value -> Fields.parse(HEADING, value))
                .map(fields -> new ConfigStatus.Instance(
                        fields.get("owner"),
                        Objects.requireNonNullElse(entry.owner(), new SessionId(0)),
                        fields.number("revision"),
                        fields.find("origin").flatMap(StatusEntry::origin),
                        fields.find("reason")
                                .map(reason -> new ConfigStatus.Refusal(fields.number("refused"), reason))));
    }

    private void write() {
        Session current = session;
        Bytes value = wanted;
        if (closed || writing || current == null || value == null || Objects.equals(value, written)) {
            return;
        }
        Key key = key(current);
        Commit.Builder commit = Commit.builder();
        if (exists) {
            commit.update(key, value);
        } else {
            commit.createOwned(key, value);
        }
        writing = true;
        current.commit(commit.build())
                .whenComplete((result, failure) -> lane.execute(() -> {
                    if (current == session) {
                        writing = false;
                        wrote(value, failure);
                    }
                }));
    }

    private void wrote(Bytes value, @Nullable Throwable failure) {
        if (failure == null) {
            exists = true;
            written = value;
            if (closed) {
                close();
            }
            write();
            return;
        }
        QuorateException cause = Failures.of(failure);
        if (cause instanceof NoSuchKeyException || cause instanceof KeyExistsException) {
            // Somebody else deleted the entry, or a reply was lost: the other form fits.
            exists = cause instanceof KeyExistsException;
            write();
        } else {
            log.debug("The status of a configuration was not published; the next change tries again", cause);
        }
    }

    private Key key(Session current) {
        return parent.child(current.id() + "-" + watcherId);
    }

    private static Optional<ConfigOrigin> origin(String name) {
        return Arrays.stream(ConfigOrigin.values())
                .filter(origin -> origin.name().equals(name))
                .findFirst();
    }

    private static String abbreviated(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
    }
}

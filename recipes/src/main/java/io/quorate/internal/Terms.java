package io.quorate.internal;

import io.quorate.backend.Change;
import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry beside a queue on which its rule depends, watched by a session for as long as it has places there.
 *
 * <p>If the entry is missing, it is created; of several who find it missing one succeeds, and the others see what that one has written.
 * Confined to the session's lane.
 */
final class Terms implements WatchListener {

    private final Session session;
    private final QueueTerms place;
    private final Runnable onChange;
    private final Watch watch;
    private @Nullable Entry entry;

    /** Begins to watch. */
    Terms(Session session, QueueTerms place, Runnable onChange) {
        this.session = session;
        this.place = place;
        this.onChange = onChange;
        this.watch = session.watch(place.key(), Scope.ENTRY, this);
    }

    /** Returns the terms, if they are known. */
    Optional<Entry> current() {
        return Optional.ofNullable(entry);
    }

    void close() {
        watch.close();
    }

    @Override
    public void onBatch(WatchBatch batch) {
        for (Change change : batch.changes()) {
            entry = change instanceof Change.Put put ? put.entry() : null;
        }
        if (entry == null) {
            create();
        } else {
            onChange.run();
        }
    }

    private void create() {
        // Whether this one or another one creates it, the watch tells; if neither can, nobody is granted anything.
        session.commit(Commit.builder().create(place.key(), place.initial()).build());
    }
}

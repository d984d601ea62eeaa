package io.quorate.internal;

import io.quorate.backend.AccessDeniedException;
import io.quorate.backend.Change;
import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An entry beside a queue on which its rule depends, watched by a session for as long as it has places there.
 *
 * <p>If the entry is missing, it is created; of several who find it missing one succeeds, and the others see what that one has written. Who must
 * neither read nor create it is told so.
 * Confined to the session's lane.
 */
final class Terms implements WatchListener {

    private final Session session;
    private final QueueTerms place;
    private final Runnable onChange;
    private final Consumer<QuorateException> whenUnknowable;
    private final Watch watch;
    private @Nullable Entry entry;
    private boolean isCreating;
    private boolean isClosed;

    /**
     * Begins to watch.
     *
     * @param onChange told that there are terms, or other ones
     * @param whenUnknowable told that there will be none, because the session has ended or must not read them
     */
    Terms(Session session, QueueTerms place, Runnable onChange, Consumer<QuorateException> whenUnknowable) {
        this.session = session;
        this.place = place;
        this.onChange = onChange;
        this.whenUnknowable = whenUnknowable;
        this.watch = session.watch(place.key(), Scope.ENTRY, this);
    }

    /** Returns the terms, if they are known. */
    Optional<Entry> current() {
        return Optional.ofNullable(entry);
    }

    void close() {
        isClosed = true;
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

    @Override
    public void onEnd(QuorateException cause) {
        whenUnknowable.accept(cause);
    }

    private void create() {
        if (isCreating || isClosed || entry != null) {
            return;
        }
        isCreating = true;
        // Whether this one or another one creates it, the watch tells. What was refused is tried again, since nobody is
        // granted anything until then.
        session.commit(Commit.builder().create(place.key(), place.initial()).build())
                .whenComplete((done, failure) -> {
                    isCreating = false;
                    if (failure != null && Failures.of(failure) instanceof AccessDeniedException denied) {
                        whenUnknowable.accept(denied);
                    } else if (failure != null) {
                        Retry.later(session, this::create);
                    }
                });
    }
}

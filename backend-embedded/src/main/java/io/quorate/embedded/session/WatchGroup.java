package io.quorate.embedded.session;

import io.quorate.backend.Change;
import io.quorate.backend.WatchBatch;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchedChange;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The watches of one session on one key in one scope. They see the same, so the member knows them as one, and a change is read once
 * for all of them. Confined to the loop.
 *
 * <p>A watch that comes later begins with the whole state, and from then on shares the view of those that were there.
 */
final class WatchGroup {

    private final long id;
    private final Namespace namespace;
    private final WatchPlace place;
    private final WatchView view;
    private final WatchDeliveries deliveries;
    private final Set<ClientWatch> newcomers = new LinkedHashSet<>();
    private final Set<ClientWatch> served = new LinkedHashSet<>();
    private @Nullable List<ClientWatch> servedNow;
    private long revision;

    WatchGroup(long id, Namespace namespace, WatchPlace place, WatchDeliveries deliveries) {
        this.id = id;
        this.namespace = namespace;
        this.place = place;
        this.view = newView();
        this.deliveries = deliveries;
    }

    private WatchView newView() {
        return new WatchView(namespace, place.absolute(), place.scope());
    }

    long id() {
        return id;
    }

    WatchPlace place() {
        return place;
    }

    boolean isEmpty() {
        return newcomers.isEmpty() && served.isEmpty();
    }

    /** Adds a watch, which gets its first batch with the next state. */
    void add(ClientWatch watch) {
        newcomers.add(watch);
    }

    void remove(ClientWatch watch) {
        if (!newcomers.remove(watch) && served.remove(watch)) {
            servedNow = null;
        }
    }

    /** Returns all of them. */
    List<ClientWatch> watches() {
        List<ClientWatch> all = new ArrayList<>(served);
        all.addAll(newcomers);
        return all;
    }

    /** Goes on from the state as it is, after changes may have been missed: a gap for those that were served before. */
    void resume(StateMachine state) {
        boolean knewNothing = view.isEmpty();
        List<Change> changes = view.bringTo(state);
        revision = Math.max(revision, state.appliedIndex());
        if (!served.isEmpty()) {
            deliveries.toAll(new WatchBatch(revision, false, true, changes), servedNow());
        }
        welcome(state, knewNothing ? changes : null);
    }

    /** Begins to serve newcomers with the state as it is, of which the others have been told. */
    void welcome(StateMachine state) {
        welcome(state, null);
    }

    private void welcome(StateMachine state, @Nullable List<Change> wholeIfKnown) {
        if (newcomers.isEmpty()) {
            return;
        }
        List<Change> whole = wholeIfKnown == null ? newView().bringTo(state) : wholeIfKnown;
        // Where nothing is, it was so at revision 0 as well.
        WatchBatch first = new WatchBatch(whole.isEmpty() ? 0 : state.appliedIndex(), true, false, whole);
        deliveries.toAll(first, List.copyOf(newcomers));
        served.addAll(newcomers);
        newcomers.clear();
        servedNow = null;
    }

    /** Tells what one transaction changed, with the state just as it left it. */
    void onChanges(long index, List<WatchedChange> watched, StateMachine state) {
        List<Change> changes = view.take(watched, state);
        if (!changes.isEmpty()) {
            revision = index;
            deliveries.toAll(new WatchBatch(index, false, false, changes), servedNow());
        }
    }

    private List<ClientWatch> servedNow() {
        List<ClientWatch> now = servedNow;
        if (now == null) {
            now = List.copyOf(served);
            servedNow = now;
        }
        return now;
    }
}

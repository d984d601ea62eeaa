package io.quorate.embedded.session;

import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchedChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The open watches of a session. Confined to the loop. */
final class Watches {

    private final SessionLink link;
    private final Map<Long, ClientWatch> open = new LinkedHashMap<>();

    Watches(SessionLink link) {
        this.link = link;
    }

    void add(ClientWatch watch) {
        if (!watch.isClosed()) {
            open.put(watch.id(), watch);
            if (link.isOpen()) {
                serve(watch);
            }
        }
    }

    void remove(ClientWatch watch) {
        if (open.remove(watch.id()) != null) {
            link.attachment().ifPresent(attachment -> attachment.unwatch(watch.id()));
        }
    }

    /** Has the new member tell of changes, and brings each listener to the member's state. */
    void resume() {
        List.copyOf(open.values()).forEach(this::serve);
    }

    private void serve(ClientWatch watch) {
        StateMachine tree = link.attached().watch(watch.id(), watch.absolute(), watch.scope());
        link.saw(tree.appliedIndex());
        watch.onWhole(tree);
    }

    void onChanges(long watch, long index, List<WatchedChange> changes, StateMachine tree) {
        ClientWatch watching = open.get(watch);
        if (watching != null) {
            watching.onChanges(index, changes, tree);
        }
    }

    /** Returns what is watched, for people. */
    List<String> names() {
        return open.values().stream()
                .map(watch -> watch.absolute() + " (" + watch.scope() + ")")
                .toList();
    }

    /** Forgets all and returns them. */
    List<ClientWatch> end() {
        List<ClientWatch> watching = new ArrayList<>(open.values());
        open.clear();
        return watching;
    }
}

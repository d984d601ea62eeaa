package io.quorate.embedded.session;

import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchedChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The open watches of a session, in groups that look at the same. Confined to the loop. */
final class Watches {

    private final SessionLink link;
    private final Namespace namespace;
    private final WatchDeliveries deliveries;
    private final Map<WatchPlace, WatchGroup> groups = new LinkedHashMap<>();
    private final Map<Long, WatchGroup> groupsById = new HashMap<>();
    private long lastId;

    Watches(SessionLink link, Namespace namespace, LaneOutbox outbox) {
        this.link = link;
        this.namespace = namespace;
        this.deliveries = new WatchDeliveries(outbox);
    }

    void add(ClientWatch watch) {
        if (watch.isClosed()) {
            return;
        }
        WatchGroup group = groups.get(watch.place());
        boolean isNew = group == null;
        if (group == null) {
            group = new WatchGroup(++lastId, namespace, watch.place(), deliveries);
            groups.put(group.place(), group);
            groupsById.put(group.id(), group);
        }
        group.add(watch);
        if (!link.isOpen()) {
            return;
        }
        if (isNew) {
            serve(group);
        } else {
            // Over an open link the group is told of every change, so that its view is the present state.
            StateMachine state = link.attached().state();
            link.saw(state.appliedIndex());
            group.welcome(state);
        }
    }

    void remove(ClientWatch watch) {
        WatchGroup group = groups.get(watch.place());
        if (group == null) {
            return;
        }
        group.remove(watch);
        if (group.isEmpty()) {
            groups.remove(group.place());
            groupsById.remove(group.id());
            link.attachment().ifPresent(attachment -> attachment.unwatch(group.id()));
        }
    }

    /** Has the new member tell of changes, and brings each listener to the member's state. */
    void resume() {
        deliveries.overNewLink();
        List.copyOf(groups.values()).forEach(this::serve);
    }

    private void serve(WatchGroup group) {
        WatchPlace place = group.place();
        StateMachine state = link.attached().watch(group.id(), place.absolute(), place.scope());
        link.saw(state.appliedIndex());
        group.resume(state);
    }

    void onChanges(long id, long index, List<WatchedChange> changes, StateMachine state) {
        WatchGroup group = groupsById.get(id);
        if (group != null) {
            group.onChanges(index, changes, state);
        }
    }

    /** Returns what is watched, for people. */
    List<String> names() {
        return groups.keySet().stream()
                .map(place -> place.absolute() + " (" + place.scope() + ")")
                .toList();
    }

    /** Forgets all and returns them. */
    List<ClientWatch> end() {
        List<ClientWatch> watching = new ArrayList<>();
        groups.values().forEach(group -> watching.addAll(group.watches()));
        groups.clear();
        groupsById.clear();
        return watching;
    }
}

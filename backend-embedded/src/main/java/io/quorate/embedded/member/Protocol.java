package io.quorate.embedded.member;

import io.quorate.embedded.zab.Effects;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.ZabPeer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The protocol core of a member, once its storage has recovered, and the events that its next step will handle. */
final class Protocol {

    private List<Event> events = new ArrayList<>();
    private List<Event> handled = new ArrayList<>();
    private @Nullable ZabPeer peer;

    boolean isRunning() {
        return peer != null;
    }

    void start(ZabPeer recovered, Effects effects) {
        peer = recovered;
        recovered.start(effects);
    }

    ZabPeer peer() {
        ZabPeer present = peer;
        if (present == null) {
            throw new IllegalStateException("this member has not recovered yet");
        }
        return present;
    }

    RoleName role() {
        return peer == null ? RoleName.LOOKING : peer.role();
    }

    long epoch() {
        return peer == null ? 0 : peer.epoch();
    }

    /** Leaves an event for the next step. */
    void add(Event event) {
        events.add(event);
    }

    /** Handles all events in one step, so that what they cause shares messages and fsyncs; returns whether there were any. */
    boolean stepAll(Effects effects) {
        if (events.isEmpty() || peer == null) {
            return false;
        }
        List<Event> all = events;
        events = handled;
        handled = all;
        try {
            peer.step(all, effects);
        } finally {
            all.clear();
        }
        return true;
    }
}

package io.quorate.embedded.sim;

import java.util.EnumMap;
import java.util.Map;

/** How often each rare event was seen. */
final class Sightings {

    private final Map<Rare, long[]> counts = new EnumMap<>(Rare.class);

    Sightings() {
        for (Rare event : Rare.values()) {
            counts.put(event, new long[1]);
        }
    }

    void add(Rare event) {
        add(event, 1);
    }

    long of(Rare event) {
        return cell(event)[0];
    }

    void addAll(Sightings others) {
        for (Rare event : Rare.values()) {
            add(event, others.of(event));
        }
    }

    private void add(Rare event, long times) {
        cell(event)[0] += times;
    }

    private long[] cell(Rare event) {
        long[] cell = counts.get(event);
        if (cell == null) {
            throw new IllegalStateException("no count of " + event);
        }
        return cell;
    }
}

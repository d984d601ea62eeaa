package io.quorate.embedded.sim;

import java.util.EnumMap;
import java.util.Map;

/** How often each rare event of a kind was seen. */
final class Sightings<E extends Enum<E>> {

    private final Map<E, long[]> counts;

    Sightings(Class<E> events) {
        counts = new EnumMap<>(events);
        for (E event : events.getEnumConstants()) {
            counts.put(event, new long[1]);
        }
    }

    void add(E event) {
        cell(event)[0]++;
    }

    long of(E event) {
        return cell(event)[0];
    }

    void addAll(Sightings<E> others) {
        counts.forEach((event, count) -> count[0] += others.of(event));
    }

    private long[] cell(E event) {
        long[] cell = counts.get(event);
        if (cell == null) {
            throw new IllegalStateException("no count of " + event);
        }
        return cell;
    }
}

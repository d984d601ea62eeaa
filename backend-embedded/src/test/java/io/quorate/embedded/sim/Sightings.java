package io.quorate.embedded.sim;

/** How often each rare event of a kind was seen. */
final class Sightings<E extends Enum<E>> {

    private final long[] counts;

    Sightings(Class<E> events) {
        counts = new long[events.getEnumConstants().length];
    }

    void add(E event) {
        counts[event.ordinal()]++;
    }

    long of(E event) {
        return counts[event.ordinal()];
    }

    void addAll(Sightings<E> others) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += others.counts[i];
        }
    }
}

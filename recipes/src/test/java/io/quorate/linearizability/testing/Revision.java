package io.quorate.linearizability.testing;

/**
 * A revision or token, as far as a history tells: one number, or bounds on the number of a write whose reply was lost.
 *
 * <p>Two places of one state that carry the same non-zero {@code id} mean the same unknown number; a larger id is a
 * later write and so a larger number.
 *
 * @param low the smallest number it can be
 * @param high the largest number it can be
 * @param id zero if the number is known
 */
record Revision(long low, long high, int id) {

    /** Before every write. */
    static final Revision NONE = exactly(-1);

    Revision {
        if (low == high) {
            id = 0;
        }
    }

    static Revision exactly(long value) {
        return new Revision(value, value, 0);
    }

    /**
     * The unknown number of the write that comes after this one.
     *
     * <p>After a known number the bound is the next number. After an unknown one it stays: if it rose with each lost
     * write, the states of a search over lost writes would have no end. What the bound forgets, the order of ids keeps
     * for every entry still there.
     */
    Revision unknownSuccessor(int id) {
        return new Revision(isKnown() ? low + 1 : low, Long.MAX_VALUE, id);
    }

    boolean isKnown() {
        return low == high;
    }

    boolean mayBe(long value) {
        return low <= value && value <= high;
    }

    boolean mustBe(long value) {
        return isKnown() && low == value;
    }

    boolean isPossible() {
        return low <= high;
    }

    /** What is left of this once the unknown number {@code pinned} turned out to be {@code value}. */
    Revision givenThat(Revision pinned, long value) {
        if (isKnown()) {
            return this;
        }
        if (id == pinned.id) {
            return exactly(value);
        }
        return id < pinned.id ? atMost(value - 1) : new Revision(Math.max(low, value + 1), high, id);
    }

    Revision atMost(long bound) {
        return isKnown() ? this : new Revision(low, Math.min(high, bound), id);
    }

    Revision withId(int newId) {
        return new Revision(low, high, newId);
    }

    @Override
    public String toString() {
        return isKnown() ? Long.toString(low) : "≥" + low + (high == Long.MAX_VALUE ? "" : "≤" + high);
    }
}

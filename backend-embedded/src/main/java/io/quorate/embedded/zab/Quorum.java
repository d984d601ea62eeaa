package io.quorate.embedded.zab;

/** Majorities of an ensemble of a given size. */
final class Quorum {

    private final int members;
    private final int size;
    private final long[] sorted;

    Quorum(int members) {
        this(members, members / 2 + 1);
    }

    Quorum(int members, int size) {
        this.members = members;
        this.size = size;
        this.sorted = new long[members];
    }

    /** The number of members that make a quorum. */
    int size() {
        return size;
    }

    boolean isReachedBy(int count) {
        return count >= size;
    }

    /** The largest value that the values of a quorum are not below; one value for each member. */
    long agreedOn(long[] values) {
        for (int i = 0; i < members; i++) {
            long value = values[i];
            int j = i;
            for (; j > 0 && sorted[j - 1] < value; j--) {
                sorted[j] = sorted[j - 1];
            }
            sorted[j] = value;
        }
        return sorted[size - 1];
    }
}

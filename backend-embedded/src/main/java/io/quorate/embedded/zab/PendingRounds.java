package io.quorate.embedded.zab;

/** The requests that wait for a quorum round, oldest first. */
final class PendingRounds {

    private long[] tickets = new long[16];
    private long[] rounds = new long[16];
    private long[] readIndexes = new long[16];
    private int start;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void add(long ticket, long round, long readIndex) {
        if (size == tickets.length) {
            tickets = doubled(tickets);
            rounds = doubled(rounds);
            readIndexes = doubled(readIndexes);
            start = 0;
        }
        int slot = (start + size++) & (tickets.length - 1);
        tickets[slot] = ticket;
        rounds[slot] = round;
        readIndexes[slot] = readIndex;
    }

    /** The round the oldest request waits for. */
    long round() {
        return rounds[start];
    }

    /** The ticket of the oldest request. */
    long ticket() {
        return tickets[start];
    }

    /** The last committed index when the oldest request was made. */
    long readIndex() {
        return readIndexes[start];
    }

    /** Removes the oldest request. */
    void remove() {
        start = (start + 1) & (tickets.length - 1);
        size--;
    }

    private long[] doubled(long[] ring) {
        long[] larger = new long[ring.length * 2];
        for (int i = 0; i < size; i++) {
            larger[i] = ring[(start + i) & (ring.length - 1)];
        }
        return larger;
    }
}

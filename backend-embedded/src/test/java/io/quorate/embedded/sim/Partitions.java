package io.quorate.embedded.sim;

/** Ways in which a network falls apart, drawn at random. */
final class Partitions {

    private final SimRandom random;
    private final Links links;
    private final int members;

    Partitions(SimRandom random, Links links, int members) {
        this.random = random;
        this.links = links;
        this.members = members;
    }

    void healAll() {
        for (int a = 0; a < members; a++) {
            for (int b = 0; b < members; b++) {
                links.unblock(a, b);
            }
        }
    }

    /** Blocks all links between two random sides. */
    void divide() {
        long side = random.next();
        for (int a = 0; a < members; a++) {
            for (int b = 0; b < members; b++) {
                if (a != b && ((side >> a) & 1) != ((side >> b) & 1)) {
                    links.block(a, b);
                }
            }
        }
    }

    /** Leaves a chain of neighbours, or two sides that only the member in the middle reaches. */
    void leave(boolean chain) {
        int middle = members / 2;
        for (int a = 0; a < members; a++) {
            for (int b = 0; b < members; b++) {
                boolean linked =
                        chain ? Math.abs(a - b) == 1 : a == middle || b == middle || (a < middle) == (b < middle);
                if (a != b && !linked) {
                    links.block(a, b);
                }
            }
        }
    }

    /** Breaks links at random, but for those of a hub to a random quorum. */
    void leaveHub(int hub) {
        boolean[] quorum = quorumWith(hub);
        double share = 0.3 + 0.7 * random.below(100) / 100;
        for (int a = 0; a < members; a++) {
            for (int b = 0; b < members; b++) {
                boolean needed = (a == hub && quorum[b]) || (b == hub && quorum[a]);
                if (a != b && !needed && random.chance(share)) {
                    links.block(a, b);
                }
            }
        }
    }

    private boolean[] quorumWith(int hub) {
        boolean[] quorum = new boolean[members];
        int size = 0;
        for (int i = random.below(members); size < members / 2 + 1; i = (i + 1) % members) {
            if (i == hub || size < members / 2 || quorum[hub]) {
                quorum[i] = true;
                size++;
            }
        }
        return quorum;
    }

    boolean areLinked(int a, int b) {
        return !links.isBlocked(a, b) && !links.isBlocked(b, a);
    }
}

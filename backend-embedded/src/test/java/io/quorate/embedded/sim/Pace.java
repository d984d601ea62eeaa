package io.quorate.embedded.sim;

/** How long things take, in microseconds, and what chance decides. */
interface Pace {

    long messageDelay();

    long fsyncTime();

    /** The time until a lost connection is dialled again. */
    long dialDelay();

    /** The time until one end of a cut connection notices. */
    long noticeDelay();

    /** How many of some records that were being written at a power cut are on the disk, from 0 to all. */
    int survivors(int records);

    /** Whether a storage operation other than an append that was under way at a power cut has happened. */
    boolean finishedInTime();

    /** Whether what an earlier role had queued is dropped rather than written. */
    boolean dropsStaleWrites();

    /** Everything takes its usual time; a power cut loses all it can. */
    Pace STEADY = new Pace() {
        @Override
        public long messageDelay() {
            return 1_000;
        }

        @Override
        public long fsyncTime() {
            return 500;
        }

        @Override
        public long dialDelay() {
            return 5_000;
        }

        @Override
        public long noticeDelay() {
            return 1_000;
        }

        @Override
        public int survivors(int records) {
            return 0;
        }

        @Override
        public boolean finishedInTime() {
            return false;
        }

        @Override
        public boolean dropsStaleWrites() {
            return false;
        }
    };
}

package io.quorate.embedded.transport;

/**
 * How a thread that brings work to a member gets it done without waking another one for it: it promises to help, hands the work over, and
 * helps. Called by any thread that holds no lock of the work.
 */
public interface Driving {

    /** Nobody helps: whoever is woken does the work. */
    Driving NONE = new Driving() {
        @Override
        public void promiseHelp() {}

        @Override
        public void helpBriefly() {}
    };

    /** Promises to help in a moment, so that nobody is woken for what is handed over until then. */
    void promiseHelp();

    /** Keeps the promise: does what there is to do, unless somebody is at it, and leaves to the work's own thread what takes longer. */
    void helpBriefly();
}

package io.quorate.benchmarks;

/** The time from nothing to the first acknowledged write, in milliseconds. */
final class StartSubject implements Subject {

    /** What runs in a process of its own: one start, before anything else is loaded. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) {
            int code = 1;
            try {
                System.out.println(Starter.valueOf(args[0]).millis());
                code = 0;
            } catch (Exception e) {
                e.printStackTrace(System.err);
            }
            // Threads that a system leaves behind are not to hold the process up.
            System.exit(code);
        }
    }

    /** One start. */
    @FunctionalInterface
    private interface Start {
        double millis() throws Exception;
    }

    private final Start start;
    private final int starts;

    private StartSubject(Start start, int starts) {
        this.start = start;
        this.starts = starts;
    }

    /** The first start in the life of a process. */
    static Subject.Factory first(Starter starter) {
        return () -> new StartSubject(() -> FreshJvm.run(Main.class, starter.name()), 1);
    }

    /** The median of a few starts in this process. */
    static Subject.Factory again(Starter starter, int starts) {
        return () -> new StartSubject(starter::millis, starts);
    }

    @Override
    public double measure() throws Exception {
        double[] millis = new double[starts];
        for (int i = 0; i < starts; i++) {
            millis[i] = start.millis();
        }
        return Figures.median(millis);
    }

    @Override
    public void close() {}
}

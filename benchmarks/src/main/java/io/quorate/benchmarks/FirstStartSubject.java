package io.quorate.benchmarks;

/** The time of the first start in the life of a process, from nothing to the first acknowledged write, in milliseconds. */
final class FirstStartSubject implements Subject {

    /** What runs in the process: one start, before anything of the library is loaded. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) throws Exception {
            System.out.println(StartSubject.millisOfOne(Integer.parseInt(args[0])));
            // Nothing is to hold the process up.
            System.exit(0);
        }
    }

    private final int members;

    FirstStartSubject(int members) {
        this.members = members;
    }

    @Override
    public double measure() throws Exception {
        return FreshJvm.run(Main.class, Integer.toString(members));
    }

    @Override
    public void close() {}
}

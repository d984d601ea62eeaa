package io.quorate.benchmarks;

import io.quorate.benchmarks.RecipeClient.Candidate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The recipes of one library under one load, the same for all libraries. */
final class RecipeSubject implements Subject {

    private static final int HAND_OVERS = 20;
    private static final int LOADS = 5;

    /** What is measured. */
    @FunctionalInterface
    interface Measurement {
        double run(RecipeSubject subject) throws Exception;
    }

    private final RecipeService service;
    private final Measurement measurement;
    private final List<RecipeClient> clients = new ArrayList<>();
    private boolean published;
    private int rounds;

    private RecipeSubject(RecipeService service, Measurement measurement) {
        this.service = service;
        this.measurement = measurement;
    }

    static Subject.Factory of(RecipeService.Factory service, Measurement measurement) {
        return () -> new RecipeSubject(service.start(), measurement);
    }

    /** Threads of one client, each with a lock of its own: cycles per second. */
    double lockCycles(int threads) throws Exception {
        return Load.oneByOne(threads, i -> client(0).lockCycle("uncontended-" + i));
    }

    /** Clients that compete for one lock: cycles per second. */
    double handOvers(int competing) throws Exception {
        return Load.oneByOne(competing, i -> client(i).lockCycle("contended"));
    }

    /** Readers and writers, each a client, of one lock: cycles per second, of readers and writers together. */
    double readWriteCycles(int readers, int writers) throws Exception {
        return Load.oneByOne(
                readers + writers,
                i -> i < readers ? client(i).readCycle("read-write") : client(i).writeCycle("read-write"));
    }

    /** Clients that compete for permits: cycles per second. */
    double permitCycles(int competing, int permits) throws Exception {
        return Load.oneByOne(competing, i -> client(i).permitCycle("permits", permits));
    }

    /** The time in milliseconds from a leader's resigning to the other candidate's leading: the median of a few. */
    double leaderHandOvers() throws Exception {
        String name = "leader-" + rounds++;
        double[] millis = new double[HAND_OVERS];
        Candidate leader = client(0).candidate(name);
        leader.await();
        for (int i = 0; i < HAND_OVERS; i++) {
            Candidate next = client((i + 1) % 2).candidate(name);
            while (next.participants() < 2) {
                Thread.onSpinWait();
            }
            long begin = System.nanoTime();
            leader.resign();
            next.await();
            millis[i] = (System.nanoTime() - begin) / 1e6;
            leader = next;
        }
        leader.resign();
        return Figures.median(millis);
    }

    /** The time in milliseconds to load a configuration of so many groups with so many values each: the median of a few. */
    double configLoads(int groups, int values) throws Exception {
        String name = "config";
        if (!published) {
            client(0).publish(name, content(groups, values));
            published = true;
        }
        double[] millis = new double[LOADS];
        for (int i = 0; i < LOADS; i++) {
            long begin = System.nanoTime();
            int seen = client(1).load(name);
            millis[i] = (System.nanoTime() - begin) / 1e6;
            if (seen != groups * values) {
                throw new IllegalStateException("of " + groups * values + " values " + seen + " were loaded");
            }
        }
        return Figures.median(millis);
    }

    private static Map<String, String> content(int groups, int values) {
        Map<String, String> content = new TreeMap<>();
        for (int group = 0; group < groups; group++) {
            for (int value = 0; value < values; value++) {
                content.put("group-" + group + "/key-" + value, "value of this key");
            }
        }
        return content;
    }

    private RecipeClient client(int number) throws Exception {
        while (clients.size() <= number) {
            clients.add(service.open(clients.size()));
        }
        return clients.get(number);
    }

    @Override
    public double measure() throws Exception {
        return measurement.run(this);
    }

    @Override
    public void close() throws IOException {
        clients.forEach(RecipeClient::close);
        service.close();
    }
}

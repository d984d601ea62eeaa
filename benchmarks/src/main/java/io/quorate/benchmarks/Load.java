package io.quorate.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** The ways in which operations are issued. */
final class Load {

    private static final long ROUND_NANOS = Duration.ofMillis(700).toNanos();

    private Load() {}

    /** An operation that returns when it is done. */
    @FunctionalInterface
    interface Operation {
        void run() throws Exception;
    }

    /** Returns how many operations per second one thread gets done, one after the other. */
    static double oneByOne(Operation operation) throws Exception {
        long begin = System.nanoTime();
        long end = begin;
        long count = 0;
        while (end - begin < ROUND_NANOS) {
            operation.run();
            count++;
            end = System.nanoTime();
        }
        return count * 1e9 / (end - begin);
    }

    /** Returns how long an operation takes that one thread does, one after the other: the median, in microseconds. */
    static double medianMicros(int warmUp, int samples, Operation operation) throws Exception {
        double[] micros = new double[samples];
        for (int i = -warmUp; i < samples; i++) {
            long begin = System.nanoTime();
            operation.run();
            if (i >= 0) {
                micros[i] = (System.nanoTime() - begin) / 1e3;
            }
        }
        return Figures.median(micros);
    }

    /** Makes the operation of one of several threads. */
    @FunctionalInterface
    interface Operations {
        Operation of(int thread) throws Exception;
    }

    /** Returns how many operations per second several threads get done, each one after the other. */
    static double oneByOne(int threads, Operations operations) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Double>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Operation operation = operations.of(i);
                tasks.add(() -> oneByOne(operation));
            }
            double sum = 0;
            for (Future<Double> rate : executor.invokeAll(tasks)) {
                sum += rate.get();
            }
            return sum;
        } finally {
            executor.shutdown();
        }
    }

    /** Returns how many operations per second are done with a number of them in flight, issued by one thread. */
    static double pipelined(int inFlight, Callable<? extends CompletableFuture<?>> operation) throws Exception {
        Semaphore permits = new Semaphore(inFlight);
        AtomicLong failures = new AtomicLong();
        long begin = System.nanoTime();
        long count = 0;
        while ((count & 0x3f) != 0 || System.nanoTime() - begin < ROUND_NANOS) {
            permits.acquire();
            operation.call().whenComplete((value, failure) -> {
                if (failure != null) {
                    failures.incrementAndGet();
                }
                permits.release();
            });
            count++;
        }
        permits.acquire(inFlight);
        if (failures.get() > 0) {
            throw new ExecutionException(failures + " of " + count + " operations failed", null);
        }
        return count * 1e9 / (System.nanoTime() - begin);
    }
}

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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

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

    /**
     * Returns how many operations per second are done with up to a number of them in flight, issued by one thread.
     *
     * <p>The thread goes on when half of them are done. Were it woken for each, what is measured would be how often the threads of client and
     * service wake each other, which the scheduler of the operating system decides, for all services alike.
     */
    static double pipelined(int inFlight, Callable<? extends CompletableFuture<?>> operation) throws Exception {
        Pipeline pipeline = new Pipeline();
        long begin = System.nanoTime();
        long count = 0;
        while ((count & 0x3f) != 0 || System.nanoTime() - begin < ROUND_NANOS) {
            if (count - pipeline.done.get() >= inFlight) {
                pipeline.await(count - inFlight / 2);
            }
            operation.call().whenComplete(pipeline);
            count++;
        }
        pipeline.await(count);
        long failures = pipeline.failures.get();
        if (failures > 0) {
            throw new ExecutionException(failures + " of " + count + " operations failed", null);
        }
        return count * 1e9 / (System.nanoTime() - begin);
    }

    /** Counts operations as they are done. */
    private static final class Pipeline implements BiConsumer<Object, Throwable> {
        private final Thread issuer = Thread.currentThread();
        private final AtomicLong done = new AtomicLong();
        private final AtomicLong failures = new AtomicLong();
        private volatile long wanted = Long.MAX_VALUE;

        @Override
        public void accept(Object value, Throwable failure) {
            if (failure != null) {
                failures.incrementAndGet();
            }
            if (done.incrementAndGet() == wanted) {
                LockSupport.unpark(issuer);
            }
        }

        void await(long count) throws InterruptedException {
            wanted = count;
            while (done.get() < count) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }
}

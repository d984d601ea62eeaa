package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.embedded.EmbeddedEnsemble;
import java.io.IOException;
import java.util.concurrent.Callable;

/** The time of a call that does nothing, through a closed breaker that all threads share, in nanoseconds for each thread. */
final class BreakerSubject implements Subject {

    private static final int CALLS = 1_000;

    private final int threads;
    private final Callable<?> call;
    private final AutoCloseable breaker;

    private BreakerSubject(int threads, Callable<?> call, AutoCloseable breaker) {
        this.threads = threads;
        this.call = call;
        this.breaker = breaker;
    }

    /** Quorate's with its defaults, connected to an ensemble. */
    static Subject.Factory quorate(int threads) {
        return () -> {
            EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(1).start();
            Quorate quorate = Quorate.open(ensemble.backend());
            var breaker = quorate.circuitBreaker("figures");
            return new BreakerSubject(threads, () -> breaker.execute(() -> 1), () -> {
                quorate.close();
                ensemble.close();
            });
        };
    }

    /** Resilience4j's with its defaults: a window of the last hundred calls. */
    static Subject.Factory resilience4j(int threads) {
        return () -> {
            var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults("figures");
            return new BreakerSubject(threads, () -> breaker.executeCallable(() -> 1), () -> {});
        };
    }

    @Override
    public double measure() throws Exception {
        double perSecond = Load.oneByOne(threads, i -> () -> {
            for (int n = 0; n < CALLS; n++) {
                call.call();
            }
        });
        return threads * 1e9 / (perSecond * CALLS);
    }

    @Override
    public void close() throws IOException {
        try {
            breaker.close();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the breaker cannot be closed", e);
        }
    }
}

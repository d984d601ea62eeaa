package io.quorate.benchmarks.breaker;

import io.quorate.Quorate;
import io.quorate.breaker.Authority;
import io.quorate.breaker.BreakerState;
import io.quorate.breaker.BreakerView;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.curator.test.TestingServer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time of a decorated call that does nothing, through a closed breaker that all threads share. Run it with {@code -t 1} and
 * {@code -t 2}. The breakers of Quorate are connected to a ZooKeeper server and publish their windows meanwhile; every benchmark has the
 * same server beside it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class CircuitBreakerBenchmark {

    private TestingServer server;
    private Quorate quorate;
    private CircuitBreaker plain;
    private CircuitBreaker timed;
    private Callable<Integer> bare;
    private Callable<Integer> decoratedPlain;
    private Callable<Integer> decoratedTimed;
    private Callable<Integer> decoratedPeer;

    /** Starts the server and makes the breakers. */
    @Setup
    public void start() throws Exception {
        server = new TestingServer();
        quorate = Quorate.open("zookeeper://" + server.getConnectString() + "/benchmark");
        plain = quorate.circuitBreaker("plain");
        timed = quorate.circuitBreaker(
                "timed",
                CircuitBreakerConfig.builder()
                        .minimumResponseTime(Duration.ofSeconds(1))
                        .build());
        bare = () -> 1;
        decoratedPlain = plain.decorateCallable(bare);
        decoratedTimed = timed.decorateCallable(bare);
        decoratedPeer = io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults("peer")
                .decorateCallable(bare);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!isConnectedAndClosed(plain) || !isConnectedAndClosed(timed)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not connected after 20 s: " + plain.view() + ", " + timed.view());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static boolean isConnectedAndClosed(CircuitBreaker breaker) {
        BreakerView view = breaker.view();
        return view.state() == BreakerState.CLOSED && view.authority() == Authority.CLUSTER && view.rejected() == 0;
    }

    /** Fails the run if a breaker has not been closed and connected: then something else was measured. */
    @TearDown(Level.Iteration)
    public void check() {
        for (CircuitBreaker breaker : List.of(plain, timed)) {
            if (!isConnectedAndClosed(breaker)) {
                throw new IllegalStateException("not closed, or not connected: " + breaker.view());
            }
        }
    }

    /** Stops the server. */
    @TearDown
    public void stop() throws Exception {
        quorate.close();
        server.close();
    }

    /** Measures the call alone: what all the others have in common. */
    @Benchmark
    public Integer bare() throws Exception {
        return bare.call();
    }

    /** Measures Quorate with its defaults, with which calls are not timed. */
    @Benchmark
    public Integer quorate() throws Exception {
        return decoratedPlain.call();
    }

    /** Measures Quorate with slow calls counted, so that the clock is read twice for each call that is timed: at this rate a share of them. */
    @Benchmark
    public Integer quorateTimed() throws Exception {
        return decoratedTimed.call();
    }

    /** Measures Resilience4j with its defaults: a window of the last hundred calls, timed. */
    @Benchmark
    public Integer resilience4j() throws Exception {
        return decoratedPeer.call();
    }
}

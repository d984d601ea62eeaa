package io.quorate.benchmarks.breaker;

import io.quorate.Quorate;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.TestingServer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time of a call that does nothing, through a closed breaker that all threads share. Run it with {@code -t 1} and {@code -t 2}. The
 * breakers of Quorate are connected to a ZooKeeper server and publish their windows meanwhile.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class CircuitBreakerBenchmark {

    private TestingServer server;
    private Quorate quorate;
    private CircuitBreaker plain;
    private CircuitBreaker timed;
    private io.github.resilience4j.circuitbreaker.CircuitBreaker peer;

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
        peer = io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults("peer");
    }

    /** Stops the server. */
    @TearDown
    public void stop() throws Exception {
        quorate.close();
        server.close();
    }

    /** Measures Quorate with its defaults, with which calls are not timed. */
    @Benchmark
    public Integer quorate() throws Exception {
        return plain.execute(() -> 1);
    }

    /** Measures Quorate with slow calls counted, so that the clock is read twice for each call that is timed: at this rate a share of them. */
    @Benchmark
    public Integer quorateTimed() throws Exception {
        return timed.execute(() -> 1);
    }

    /** Measures Resilience4j with its defaults: a window of the last hundred calls, timed. */
    @Benchmark
    public Integer resilience4j() throws Exception {
        return peer.executeCallable(() -> 1);
    }
}

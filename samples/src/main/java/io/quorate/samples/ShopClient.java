package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Backend;
import io.quorate.breaker.BreakerState;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.breaker.CircuitBreakerOpenException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;

/** An instance of the shop in this process: a client of the backend, with a circuit breaker around an HTTP service. */
final class ShopClient implements Shop {

    static final CircuitBreakerConfig CONFIG = CircuitBreakerConfig.builder()
            .requestVolumeThreshold(20)
            .failureRatio(0.5)
            .openCircuitDuration(Duration.ofSeconds(3))
            .sleepWindow(Duration.ofMillis(500))
            .permittedProbes(2)
            .failureResult(result -> result instanceof HttpResponse<?> response && response.statusCode() >= 500)
            .build();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Quorate quorate;
    private final CircuitBreaker breaker;
    private final URI service;

    private ShopClient(Quorate quorate, URI service) {
        this.quorate = quorate;
        this.breaker = quorate.circuitBreaker("payments", CONFIG);
        this.service = service;
    }

    static ShopClient open(String name, Backend backend, URI service) throws InterruptedException {
        return new ShopClient(Quorate.open(backend, QuorateOptions.defaults().withOwnerName(name)), service);
    }

    @Override
    public String place() {
        return "is a client in this process";
    }

    @Override
    public String pay() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(service).build();
        try {
            HttpResponse<String> response = breaker.execute(() -> http.send(request, BodyHandlers.ofString()));
            return "is answered with " + response.statusCode();
        } catch (CircuitBreakerOpenException e) {
            // Nothing was sent: take what was cached, put it off, or tell the user when to come back.
            return "is refused, state " + e.state().name().toLowerCase(Locale.ROOT) + " by " + e.authority();
        }
    }

    @Override
    public BreakerState state() {
        return breaker.view().state();
    }

    @Override
    public void close() {
        quorate.close();
    }
}

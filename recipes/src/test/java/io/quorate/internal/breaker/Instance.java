package io.quorate.internal.breaker;

import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Session;
import io.quorate.backend.testing.Lane;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.breaker.BreakerState;
import io.quorate.breaker.BreakerView;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.breaker.Permission;
import io.quorate.internal.Client;
import io.quorate.internal.Events;
import io.quorate.internal.OpenRecipes;
import io.quorate.internal.SessionSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One instance of an application in the simulation: a client, its breaker, and a count of what it commits. */
final class Instance {

    final String name;
    final CircuitBreaker breaker;
    final SessionSource sessions;

    /** When it committed anything, on the clock of the world. */
    final List<Long> commits = new ArrayList<>();

    private final ModelFixture fixture;

    Instance(String name, ModelFixture fixture, CircuitBreakerConfig config, Rules rules) {
        this.name = name;
        this.fixture = fixture;
        this.sessions = new SessionSource(counting(fixture.newBackend()), fixture.options(name), Events.NONE);
        fixture.await(sessions.current());
        Lane callbacks = fixture.time().newLane("callbacks of " + name);
        Client client = new Client(
                sessions,
                Bytes.utf8(name),
                Duration.ofSeconds(10),
                callbacks,
                callbacks,
                Events.NONE,
                (task, delay) -> fixture.time().after(delay, task),
                new OpenRecipes());
        this.breaker = new Breakers(client, rules).get(BreakerWorld.NAME, config);
    }

    BreakerView view() {
        return breaker.view();
    }

    boolean is(BreakerState state) {
        return view().state() == state;
    }

    /** Makes a call that ends at once. */
    void call(boolean succeeds) {
        breaker.tryAcquirePermission().ifPresent(permission -> end(permission, succeeds));
    }

    void end(Permission permission, boolean succeeds) {
        if (succeeds) {
            permission.onSuccess();
        } else {
            permission.onError(new IllegalStateException("the service is down"));
        }
    }

    /** Returns the session as the fixture knows it, to hurt it. */
    Optional<Session> session() {
        return Optional.ofNullable(raw);
    }

    private @Nullable Session raw;

    private Backend counting(Backend backend) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    Object result = invoke(backend, method, arguments);
                    return method.getName().equals("open")
                            ? ((CompletableFuture<?>) result).thenApply(session -> counting((Session) session))
                            : result;
                });
    }

    private Session counting(Session session) {
        raw = session;
        return (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        commits.add(fixture.time().ticker().nanos());
                    }
                    return invoke(session, method, arguments);
                });
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}

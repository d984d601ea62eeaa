package io.quorate.breaker.testing;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Session;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.Ticker;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.VirtualTime;
import io.quorate.breaker.GuardedBackend;
import io.quorate.breaker.GuardedBackendConfig;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Any fixture with a guard around each of its backends; faults happen to the sessions behind the guards. */
public final class GuardedFixture {

    private final BackendFixture fixture;
    private final GuardedBackendConfig config;
    private final Map<SessionId, Session> behind = new ConcurrentHashMap<>();
    private final Backend first;

    private GuardedFixture(BackendFixture fixture, GuardedBackendConfig config) {
        this.fixture = fixture;
        this.config = config;
        this.first = guarded(fixture.backend());
    }

    /** Puts guards with the default configuration up. */
    public static BackendFixture around(BackendFixture fixture) {
        return around(fixture, GuardedBackendConfig.defaults());
    }

    /** Puts the guards up, each of which is a {@link GuardedBackend}. */
    public static BackendFixture around(BackendFixture fixture, GuardedBackendConfig config) {
        GuardedFixture guarded = new GuardedFixture(fixture, config);
        return (BackendFixture) Proxy.newProxyInstance(
                BackendFixture.class.getClassLoader(),
                new Class<?>[] {BackendFixture.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "backend" -> guarded.first;
                    case "newBackend" -> guarded.guarded(fixture.newBackend());
                    default -> guarded.pass(method, arguments);
                });
    }

    private Backend guarded(Backend backend) {
        Ticker ticker = fixture.virtualTime().map(VirtualTime::ticker).orElse(Ticker.system());
        return GuardedBackend.around(new Remembering(backend), config, ticker);
    }

    @SuppressWarnings("NullAway") // A method without parameters has no array of arguments.
    private @Nullable Object pass(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(fixture, behindTheGuard(arguments));
        } catch (InvocationTargetException e) {
            throw requireNonNull(e.getCause());
        }
    }

    private Object @Nullable [] behindTheGuard(Object @Nullable [] arguments) {
        return arguments == null
                ? null
                : Arrays.stream(arguments)
                        .map(argument -> argument instanceof Session session
                                ? requireNonNull(behind.get(session.id()))
                                : argument)
                        .toArray();
    }

    /** A backend that knows the session of each identity. */
    private final class Remembering implements Backend {

        private final Backend backend;

        Remembering(Backend backend) {
            this.backend = backend;
        }

        @Override
        public CompletableFuture<Session> open(SessionOptions options) {
            CompletableFuture<Session> opening = backend.open(options);
            opening.whenComplete((session, failure) -> {
                if (session != null) {
                    behind.put(session.id(), session);
                }
            });
            return opening;
        }

        @Override
        public Capabilities capabilities() {
            return backend.capabilities();
        }

        @Override
        public CompletableFuture<BackendView> describe() {
            return backend.describe();
        }

        @Override
        public void close() {
            backend.close();
        }

        @Override
        public String toString() {
            return backend.toString();
        }
    }
}

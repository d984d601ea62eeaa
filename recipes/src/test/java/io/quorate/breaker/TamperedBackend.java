package io.quorate.breaker;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Session;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A backend that does as another one does, but for what a test tampers with. It knows the real session of each identity. */
final class TamperedBackend implements Backend {

    private static final Set<String> TAMPERED = Set.of("get", "list", "snapshot", "commit");

    private final Backend backend;
    private final Map<SessionId, Session> real = new HashMap<>();
    private final List<String> reached = new ArrayList<>();
    private UnaryOperator<BackendView> description = view -> view;
    private @Nullable Supplier<CompletableFuture<?>> answer;

    TamperedBackend(Backend backend) {
        this.backend = backend;
    }

    /** Has reads and commits end in another way from now on, or in their own again. */
    void answerWith(@Nullable Supplier<CompletableFuture<?>> newAnswer) {
        answer = newAnswer;
    }

    /** Changes descriptions from now on. */
    void describeAs(UnaryOperator<BackendView> newDescription) {
        description = newDescription;
    }

    /** Returns the names of the reads and commits that got here, in order. */
    List<String> reached() {
        return reached;
    }

    /** Returns the session of the same identity as the backend has made it, or null. */
    @Nullable
    Session real(Session session) {
        return real.get(session.id());
    }

    @Override
    public CompletableFuture<Session> open(SessionOptions options) {
        CompletableFuture<Session> opening = backend.open(options);
        CompletableFuture<Session> result = new CompletableFuture<>();
        opening.whenComplete((session, failure) -> {
            if (session == null) {
                result.completeExceptionally(failure);
            } else {
                real.put(session.id(), session);
                if (!result.complete(tampered(session))) {
                    session.closeAsync();
                }
            }
        });
        result.whenComplete((session, failure) -> {
            if (failure != null) {
                opening.cancel(false);
            }
        });
        return result;
    }

    private Session tampered(Session session) {
        return (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> {
                    if (TAMPERED.contains(method.getName())) {
                        reached.add(method.getName());
                        Supplier<CompletableFuture<?>> other = answer;
                        if (other != null) {
                            return other.get();
                        }
                    }
                    return invoke(session, method, arguments);
                });
    }

    /** Calls a method and throws what it throws. */
    @SuppressWarnings("NullAway") // A method without parameters has no array of arguments.
    private static @Nullable Object invoke(Object target, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw requireNonNull(e.getCause());
        }
    }

    @Override
    public Capabilities capabilities() {
        return backend.capabilities();
    }

    @Override
    public CompletableFuture<BackendView> describe() {
        return backend.describe().thenApply(view -> description.apply(view));
    }

    @Override
    public void close() {
        backend.close();
    }
}

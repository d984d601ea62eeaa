package io.quorate.breaker;

import io.quorate.backend.Backend;
import io.quorate.backend.Session;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ModelFixture;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The fixture of the model backend with a guard around each backend; faults happen to the sessions behind the guards. */
final class GuardedFixture {

    private final ModelFixture model;
    private final List<TamperedBackend> behind = new ArrayList<>();
    private final Backend first;

    private GuardedFixture(ModelFixture model) {
        this.model = model;
        this.first = guarded(model.backend());
    }

    static BackendFixture around(ModelFixture model) {
        GuardedFixture fixture = new GuardedFixture(model);
        return (BackendFixture) Proxy.newProxyInstance(
                BackendFixture.class.getClassLoader(),
                new Class<?>[] {BackendFixture.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "backend" -> fixture.first;
                    case "newBackend" -> fixture.guarded(model.newBackend());
                    default -> TamperedBackend.invoke(model, method, fixture.behindTheGuard(arguments));
                });
    }

    private Backend guarded(Backend backend) {
        TamperedBackend tapped = new TamperedBackend(backend);
        behind.add(tapped);
        return GuardedBackend.around(
                tapped, GuardedBackendConfig.defaults(), model.time().ticker());
    }

    private Object @Nullable [] behindTheGuard(Object @Nullable [] arguments) {
        return arguments == null
                ? null
                : Arrays.stream(arguments)
                        .map(argument -> argument instanceof Session session ? real(session) : argument)
                        .toArray();
    }

    private Session real(Session guarded) {
        return behind.stream()
                .map(backend -> backend.real(guarded))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }
}

package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Backend;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A holder that lets go when it is asked to. */
public final class PoliteHolder {

    private PoliteHolder() {}

    /**
     * Holds a lock until somebody asks for it.
     *
     * @param args the URI of a backend, such as {@code zookeeper://localhost:2181/samples}, or nothing for a quorum in this process
     */
    public static void main(String[] args) throws InterruptedException {
        try (Backend backend = BackendArgument.create(args)) {
            run(backend);
        }
    }

    private static void run(Backend backend) throws InterruptedException {
        try (Quorate batch = Quorate.open(backend, QuorateOptions.defaults().withOwnerName("batch"));
                Quorate operator =
                        Quorate.open(backend, QuorateOptions.defaults().withOwnerName("operator"))) {
            LockLease lease = batch.lock("reports").acquire(Duration.ofSeconds(5));
            lease.onRevokeRequested(request -> {
                System.out.println(request.requestedBy() + " asks: " + request.reason());
                lease.close();
            });
            CompletableFuture<LockLease> turn = operator.lock("reports").acquireAsync();
            operator.lock("reports").requestRevocation("maintenance at noon");
            try (LockLease next = turn.join()) {
                System.out.println("operator holds the lock: " + next.isHeld());
            }
        }
    }
}

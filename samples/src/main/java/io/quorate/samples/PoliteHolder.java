package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A holder that lets go when it is asked to. */
public final class PoliteHolder {

    private PoliteHolder() {}

    /**
     * Holds a lock until somebody asks for it.
     *
     * @param args the URI of a ZooKeeper server, or nothing to start one here
     */
    public static void main(String[] args) throws Exception {
        try (SampleServer server = SampleServer.of(args)) {
            run(server.uri());
        }
    }

    static void run(String uri) throws InterruptedException {
        try (Quorate batch = Quorate.open(uri, QuorateOptions.defaults().withOwnerName("batch"));
                Quorate operator = Quorate.open(uri, QuorateOptions.defaults().withOwnerName("operator"))) {
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

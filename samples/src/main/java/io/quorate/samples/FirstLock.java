package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.lock.LockLease;
import java.time.Duration;

/** The smallest program that does something under a lock. */
public final class FirstLock {

    private FirstLock() {}

    /**
     * Takes a lock, writes under its guard, and gives it back.
     *
     * @param args the URI of a backend, such as {@code zookeeper://localhost:2181/samples}, or nothing for a quorum in this process
     */
    public static void main(String[] args) throws InterruptedException {
        run(BackendArgument.uri(args));
    }

    private static void run(String uri) throws InterruptedException {
        try (Quorate quorate = Quorate.open(uri);
                LockLease lease = quorate.lock("orders/42").acquire(Duration.ofSeconds(5))) {
            // The guard makes the write exactly as safe as the lock: it is refused once somebody else has the lock.
            quorate.commit(Commit.builder()
                    .guard(lease.guard())
                    .createOwned(Key.of("/shipping/42"), Bytes.utf8("packed"))
                    .build());
            System.out.println("Packed order 42 under token " + lease.token());
        }
    }
}

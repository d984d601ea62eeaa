package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.lock.LockLease;
import io.quorate.lock.ReadWriteLock;
import io.quorate.lock.WriteLease;
import java.time.Duration;

/** A catalog that many read at the same time and one changes; whoever has changed it reads on without letting another writer in between. */
public final class SharedCatalog {

    private static final Key PRICE = Key.of("/catalog/price");

    private SharedCatalog() {}

    /**
     * Changes a price and reads it.
     *
     * @param args the URI of a ZooKeeper server, or nothing to start one here
     */
    public static void main(String[] args) throws Exception {
        try (SampleServer server = SampleServer.of(args)) {
            run(server.uri());
        }
    }

    static void run(String uri) throws InterruptedException {
        try (Quorate quorate = Quorate.open(uri)) {
            quorate.commit(
                    Commit.builder().createOwned(PRICE, Bytes.utf8("100")).build());
            ReadWriteLock catalog = quorate.readWriteLock("catalog");
            try (LockLease one = catalog.readLock().acquire(Duration.ofSeconds(5));
                    LockLease other = catalog.readLock().acquire(Duration.ofSeconds(5))) {
                System.out.println("Two readers at once, tokens rise: " + (one.token() < other.token()));
            }
            try (WriteLease writing = catalog.writeLock().acquire(Duration.ofSeconds(5))) {
                // The guard lets this happen only while the lock is held for writing.
                quorate.commit(Commit.builder()
                        .guard(writing.guard())
                        .update(PRICE, Bytes.utf8("110"))
                        .build());
                try (LockLease reading = writing.downgrade()) {
                    // Readers are let in from here on, writers are not.
                    System.out.println("The price is " + price(quorate) + ", read under token " + reading.token());
                }
            }
        }
    }

    private static String price(Quorate quorate) throws InterruptedException {
        return quorate.get(PRICE).orElseThrow().optionalValue().orElseThrow().utf8();
    }
}

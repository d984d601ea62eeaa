package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.lock.Contender;
import io.quorate.lock.LockLease;
import io.quorate.lock.WriteLease;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A catalog that many read at the same time and one changes; whoever has changed it reads on without letting another writer in between. */
public final class SharedCatalog {

    private static final Key PRICE = Key.of("/catalog/price");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private SharedCatalog() {}

    /**
     * Reads a price on two instances, changes it on a third, and reads it again.
     *
     * @param args the URI of a backend, such as {@code zookeeper://localhost:2181/samples}, or nothing for a quorum in this process
     */
    public static void main(String[] args) throws InterruptedException {
        try (Backend backend = BackendArgument.create(args)) {
            run(backend);
        }
    }

    private static void run(Backend backend) throws InterruptedException {
        try (Quorate ana = open(backend, "ana");
                Quorate ben = open(backend, "ben");
                Quorate cleo = open(backend, "cleo")) {
            cleo.commit(Commit.builder().createOwned(PRICE, Bytes.utf8("100")).build());
            CompletableFuture<WriteLease> turn;
            try (LockLease one = ana.readWriteLock("catalog").readLock().acquire(LIMIT);
                    LockLease other = ben.readWriteLock("catalog").readLock().acquire(LIMIT)) {
                System.out.println("ana reads " + price(ana) + " under token " + one.token());
                System.out.println("ben reads " + price(ben) + " at the same time, under token " + other.token());
                turn = cleo.readWriteLock("catalog").writeLock().acquireAsync();
                System.out.println("cleo waits to write until these have read: " + namesOfHolders(cleo));
            }
            try (WriteLease writing = turn.join()) {
                // The guard lets this happen only while the lock is held for writing.
                cleo.commit(Commit.builder()
                        .guard(writing.guard())
                        .update(PRICE, Bytes.utf8("110"))
                        .build());
                System.out.println("cleo changes the price under token " + writing.token());
                try (LockLease reading = writing.downgrade()) {
                    // Readers are let in from here on, writers are not.
                    System.out.println("cleo reads " + price(cleo) + " under the same token, " + reading.token()
                            + ", with no writer in between");
                }
            }
        }
    }

    private static List<String> namesOfHolders(Quorate quorate) throws InterruptedException {
        return quorate.readWriteLock("catalog").holders().stream()
                .map(Contender::owner)
                .toList();
    }

    private static String price(Quorate quorate) throws InterruptedException {
        return quorate.get(PRICE).orElseThrow().optionalValue().orElseThrow().utf8();
    }

    private static Quorate open(Backend backend, String name) throws InterruptedException {
        return Quorate.open(backend, QuorateOptions.defaults().withOwnerName(name));
    }
}

package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.lock.MultiLockLease;
import java.time.Duration;
import java.util.List;

/** A transfer between two accounts under the locks of both, taken together. */
public final class MoneyTransfer {

    private MoneyTransfer() {}

    /**
     * Transfers money to and fro.
     *
     * @param args the URI of a backend, such as {@code zookeeper://localhost:2181/samples}, or nothing for a quorum in this process
     */
    public static void main(String[] args) throws InterruptedException {
        run(BackendArgument.uri(args));
    }

    private static void run(String uri) throws InterruptedException {
        try (Quorate quorate = Quorate.open(uri)) {
            quorate.commit(Commit.builder()
                    .createOwned(account("ana"), Bytes.utf8("100"))
                    .createOwned(account("ben"), Bytes.utf8("100"))
                    .build());
            transfer(quorate, "ana", "ben", 30);
            // The other way round: whoever asks for both is in one order everywhere, so that nobody waits in a circle.
            transfer(quorate, "ben", "ana", 5);
            System.out.println("ana has " + balance(quorate, "ana") + ", ben has " + balance(quorate, "ben"));
        }
    }

    private static void transfer(Quorate quorate, String from, String to, int amount) throws InterruptedException {
        try (MultiLockLease lease =
                quorate.multiLock(List.of("account/" + from, "account/" + to)).acquire(Duration.ofSeconds(5))) {
            quorate.commit(Commit.builder()
                    .guard(lease.guard())
                    .update(account(from), Bytes.utf8("" + (balance(quorate, from) - amount)))
                    .update(account(to), Bytes.utf8("" + (balance(quorate, to) + amount)))
                    .build());
        }
    }

    private static Key account(String name) {
        return Key.of("/accounts").child(name);
    }

    private static int balance(Quorate quorate, String name) throws InterruptedException {
        return Integer.parseInt(quorate.get(account(name))
                .orElseThrow()
                .optionalValue()
                .orElseThrow()
                .utf8());
    }
}

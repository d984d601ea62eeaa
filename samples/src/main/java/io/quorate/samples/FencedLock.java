package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.lease.FencingGate;
import io.quorate.lease.StaleTokenException;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Three workers add to one balance under one lock. The first is stopped in the middle, for longer than her session lasts, wakes up, and
 * writes: too late, and refused.
 */
public final class FencedLock {

    private static final Key BALANCE = Key.of("/account/balance");

    private final Timeline timeline = new Timeline();
    private final FencingGate printer = FencingGate.create();
    private final Duration sessionTimeout;

    private FencedLock(Duration sessionTimeout) {
        this.sessionTimeout = sessionTimeout;
    }

    /**
     * Runs the story.
     *
     * @param args the URI of a ZooKeeper server, such as {@code zookeeper://localhost:2181/samples}, or nothing to start one here
     */
    public static void main(String[] args) throws Exception {
        try (SampleServer server = SampleServer.of(args);
                StallableLink cable = StallableLink.to(server.address())) {
            new FencedLock(server.sessionTimeout()).run(server.uriVia(cable.address()), server.uri(), cable);
        }
    }

    Timeline run(String uriOfAna, String uri, StallableLink cable) throws Exception {
        try (Quorate ana = open("ana", uriOfAna);
                Quorate ben = open("ben", uri);
                Quorate cleo = open("cleo", uri)) {
            // Owned by a session, so that the story can be told again on the same server, even if this run is killed.
            ben.commit(Commit.builder().createOwned(BALANCE, Bytes.utf8("100")).build());
            LockLease lease = ana.lock("account").acquire();
            timeline.tell("ana", "holds the lock, token %d; reads %d", lease.token(), balance(ana));
            lease.onLost(cause -> timeline.tell("ana", "has lost the lock by her own clock: %s", cause.description()));
            CompletableFuture<Void> ten = addWhenItsTheirTurn("ben", ben, 10);
            CompletableFuture<Void> twenty = addWhenItsTheirTurn("cleo", cleo, 20);
            cable.stall();
            timeline.tell("ana", "is stopped: nothing gets in or out of her machine");
            CompletableFuture.allOf(ten, twenty).join();
            cable.resume();
            writeLate(ana, lease);
            timeline.tell("balance", "is %d = 100 + 10 + 20: nothing was lost", balance(ben));
        }
        return timeline;
    }

    private CompletableFuture<Void> addWhenItsTheirTurn(String name, Quorate client, long amount) throws Exception {
        CompletableFuture<LockLease> turn = client.lock("account").acquireAsync();
        timeline.tell(
                name,
                "queues up behind %s",
                client.lock("account").holder().orElseThrow().owner());
        return turn.thenAccept(lease -> {
            try (lease) {
                timeline.tell(name, "holds the lock, token %d", lease.token());
                Bytes sum = Bytes.utf8("" + (balance(client) + amount));
                client.commit(Commit.builder()
                        .guard(lease.guard())
                        .update(BALANCE, sum)
                        .build());
                printer.run(lease.token(), () -> timeline.tell(name, "adds %d and prints a receipt", amount));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void writeLate(Quorate ana, LockLease stale) throws InterruptedException {
        timeline.tell("ana", "wakes up and carries on under token %d", stale.token());
        try {
            ana.commit(Commit.builder()
                    .guard(stale.guard())
                    .update(BALANCE, Bytes.utf8("101"))
                    .build());
        } catch (GuardFailedException e) {
            timeline.tell("backend", "refuses her write: %s", e.getMessage());
        }
        try {
            printer.run(stale.token(), () -> timeline.tell("ana", "prints a receipt"));
        } catch (StaleTokenException e) {
            timeline.tell("printer", "refuses her receipt: %s", e.getMessage());
        }
    }

    private static long balance(Quorate client) throws InterruptedException {
        return Long.parseLong(
                client.get(BALANCE).orElseThrow().optionalValue().orElseThrow().utf8());
    }

    private Quorate open(String name, String uri) throws InterruptedException {
        return Quorate.open(uri, QuorateOptions.defaults().withOwnerName(name).withSessionTimeout(sessionTimeout));
    }
}

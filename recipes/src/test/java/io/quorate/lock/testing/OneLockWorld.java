package io.quorate.lock.testing;

import io.quorate.Quorate;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.lock.Contender;
import io.quorate.lock.DistributedLock;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockOptions;
import java.util.List;

/** Clients of one lock, for the contracts that look at it from several sides. */
abstract class OneLockWorld extends LockWorld {

    static final String NAME = "orders/42";

    final LockLease acquire(Quorate client) {
        return fixture().await(client.lock(NAME).acquireAsync());
    }

    final LockLease acquire(Quorate client, SuspensionPolicy policy) {
        DistributedLock lock = client.lock(NAME, LockOptions.defaults().withSuspensionPolicy(policy));
        return fixture().await(lock.acquireAsync());
    }

    final List<Contender> contenders(Quorate client) {
        return fixture().await(client.lock(NAME).contendersAsync());
    }
}

package io.quorate.internal.lock;

import io.quorate.backend.QueueEntry;
import io.quorate.internal.GrantRule;
import io.quorate.lock.LockMode;
import java.util.List;

/** Who waits for whom at a lock for reading and writing. */
final class ReadWriteRules {

    /** The label of those who read. */
    static final String READ = "r";

    /** The label of those who write. */
    static final String WRITE = "w";

    /** A reader waits for the last writer ahead of it, unless that has turned into a reader. */
    static final GrantRule READER = queue -> {
        for (int i = queue.ahead().size() - 1; i >= 0; i--) {
            QueueEntry entry = queue.ahead().get(i);
            if (!entry.label().equals(READ) && !queue.sharing().contains(entry)) {
                return GrantRule.Verdict.behind(List.of(entry));
            }
        }
        return GrantRule.Verdict.turn();
    };

    private ReadWriteRules() {}

    static QueueContenders.Claimed claimed(String label) {
        return label.equals(READ)
                ? new QueueContenders.Claimed(READER, LockMode.SHARED, 1)
                : new QueueContenders.Claimed(GrantRule.FIRST_ONLY, LockMode.EXCLUSIVE, 1);
    }
}

package io.quorate.embedded.tree;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Requests of every kind, right and wrong, drawn from a seed over a few keys so that they meet each other. */
final class RandomRequests {

    private static final String[] SEGMENTS = {"a", "b", "c", "long-segment", "\u00e9t\u00e9"};

    private static final List<CreateMode> MODES = List.of(CreateMode.values());

    private final Random random;

    RandomRequests(Random random) {
        this.random = random;
    }

    Request next(Twin twin, StateMachine state, long now) {
        int kind = random.nextInt(100);
        if (kind < 6 || twin.sessions.isEmpty()) {
            byte[] password = new byte[16];
            random.nextBytes(password);
            return new Request.OpenSession(password, 1 + random.nextInt(60_000), "owner-" + random.nextInt(9));
        }
        long session = session(twin);
        if (kind < 10) {
            return new Request.CloseSession(session, random.nextBoolean());
        }
        if (kind < 16) {
            List<String> paths = new ArrayList<>(state.reapable(now, 4));
            paths.add(key().toString());
            return new Request.Reap(paths);
        }
        Twin.Session known = twin.sessions.get(session);
        long last = known == null ? 0 : known.last();
        long operation = operation(last);
        long acknowledged = Math.max(0, last - random.nextInt(5));
        if (kind < 36) {
            return new Request.Enqueue(session, operation, acknowledged, queues(), label(), id(), value());
        }
        if (kind < 46) {
            return new Request.Dequeue(session, operation, acknowledged, ticket(twin));
        }
        if (kind < 58) {
            CreateMode mode = MODES.get(random.nextInt(MODES.size()));
            long ttl = mode.kind() == NodeKind.TTL ? 1 + random.nextInt(40) : 0;
            return new Request.Create(session, operation, acknowledged, key(), value(), mode, ttl);
        }
        return new Request.Write(session, operation, acknowledged, commit(twin));
    }

    private long operation(long last) {
        int kind = random.nextInt(20);
        if (kind < 3 && last > 0) {
            return Math.max(1, last - random.nextInt(4));
        }
        return kind == 3 ? last + 2 : last + 1;
    }

    private long session(Twin twin) {
        List<Long> open = List.copyOf(twin.sessions.keySet());
        List<Long> closed = List.copyOf(twin.closed.keySet());
        if (!closed.isEmpty() && random.nextInt(25) == 0) {
            return closed.get(random.nextInt(closed.size()));
        }
        return open.get(random.nextInt(open.size()));
    }

    Commit commit(Twin twin) {
        List<Guard> guards = new ArrayList<>();
        for (int i = random.nextInt(8) - 5; i > 0; i--) {
            guards.add(guard(twin));
        }
        List<Op> ops = new ArrayList<>();
        Set<Key> keys = new HashSet<>();
        int count = random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(5);
        while (ops.size() < count) {
            Op op = op(twin);
            if (keys.add(op.key())) {
                ops.add(op);
            }
        }
        return new Commit(guards, ops);
    }

    private Guard guard(Twin twin) {
        Key key = random.nextInt(4) == 0 ? key() : existing(twin);
        return switch (random.nextInt(3)) {
            case 0 -> new Guard.Exists(key);
            case 1 -> new Guard.Unchanged(key, revision(twin, key));
            default -> new Guard.HeldBy(ticket(twin), 1);
        };
    }

    private Op op(Twin twin) {
        return switch (random.nextInt(5)) {
            case 0, 1 -> new Op.Create(key(), value(), Op.Lifetime.PERSISTENT);
            case 2 -> new Op.Create(key(), value(), Op.Lifetime.SESSION);
            case 3 -> {
                Key key = changeable(twin);
                yield new Op.Update(key, value(), expected(twin, key));
            }
            default -> {
                Key key = changeable(twin);
                yield new Op.Delete(key, expected(twin, key));
            }
        };
    }

    private Key changeable(Twin twin) {
        Key key = random.nextInt(6) == 0 ? key() : existing(twin);
        return key.isRoot() ? key() : key;
    }

    private long expected(Twin twin, Key key) {
        return random.nextBoolean() ? Op.ANY_REVISION : revision(twin, key);
    }

    private long revision(Twin twin, Key key) {
        Twin.Node node = twin.nodes.get(key.toString());
        return node == null || random.nextInt(5) == 0 ? random.nextInt(30) : node.mzxid();
    }

    private Key existing(Twin twin) {
        List<String> paths = List.copyOf(twin.nodes.keySet());
        return Key.of(paths.get(random.nextInt(paths.size())));
    }

    private Key ticket(Twin twin) {
        List<String> tickets = twin.nodes.keySet().stream()
                .filter(path -> Paths.isTicket(Paths.name(path)))
                .toList();
        return tickets.isEmpty() || random.nextInt(5) == 0
                ? queue().child(Paths.ticket(label(), id(), random.nextInt(3)))
                : Key.of(tickets.get(random.nextInt(tickets.size())));
    }

    Key key() {
        Key key = Key.ROOT;
        for (int depth = random.nextInt(3); depth >= 0; depth--) {
            key = key.child(SEGMENTS[random.nextInt(SEGMENTS.length)]);
        }
        return key;
    }

    private List<Key> queues() {
        if (random.nextInt(3) > 0) {
            return List.of(queue());
        }
        Set<Key> queues = new LinkedHashSet<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            queues.add(random.nextBoolean() ? queue() : key());
        }
        return List.copyOf(queues);
    }

    private Key queue() {
        return random.nextInt(4) == 0 ? key() : Key.of(random.nextBoolean() ? "/q" : "/p/q");
    }

    private String label() {
        return random.nextBoolean() ? "w" : "read";
    }

    private String id() {
        return String.format("%016x%016x", random.nextLong(), random.nextLong());
    }

    private @Nullable Bytes value() {
        int kind = random.nextInt(12);
        if (kind == 0) {
            return null;
        }
        byte[] value = new byte[kind == 1 ? 0 : kind == 2 ? 60 : random.nextInt(20)];
        random.nextBytes(value);
        return Bytes.of(value);
    }
}

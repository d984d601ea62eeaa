package io.quorate.embedded.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Scope;
import io.quorate.backend.TicketName;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One random life of the state machine, told by a seed: a leader that judges requests with proposals pending and loses its
 * leadership now and then, a follower that decodes what the leader encoded, watches, and snapshots taken while all this
 * goes on. Every step is compared with the {@link Twin}, and every state is checked from scratch.
 */
final class RandomHistory {

    static final TreeLimits SMALL = new TreeLimits(50, 6, 4096, 7, 40, 8_000, 4, 5, 150, 4);

    @SuppressWarnings("ArrayRecordComponent")
    private record Proposed(long index, Txn txn, byte[] bytes, Twin after) {}

    private final Random random;
    private final RandomRequests requests;
    private final Rules rules;
    private final TxnCodec codec = new TxnCodec();
    private final ArrayDeque<Proposed> proposals = new ArrayDeque<>();
    private final List<Applied> log = new ArrayList<>();
    private final Map<Long, Long> digests = new HashMap<>();
    private final Map<Long, Txn> txns = new HashMap<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final Map<String, Integer> occurrences = new TreeMap<>();
    private final WatchRegistry registry;
    private final ChangeHistory history;
    private StateMachine leader;
    private StateMachine follower;
    private Validator validator;
    private Twin twin = new Twin(SMALL);
    private Twin applied = new Twin(SMALL);
    private long now = 1_000;

    private @Nullable SnapshotWriter snapshot;
    private List<byte[]> chunks = new ArrayList<>();

    RandomHistory(long seed, Rules rules) {
        this.random = new Random(seed);
        this.requests = new RandomRequests(random);
        this.rules = rules;
        this.registry = new WatchRegistry(1_000, 1_000, rules);
        this.history = new ChangeHistory(0, 1 + random.nextInt(40), 2_000);
        this.leader = new StateMachine(rules);
        this.follower = new StateMachine(rules);
        this.validator = new Validator(leader, SMALL, rules);
        for (int i = 0; i < 12; i++) {
            Scope scope = List.of(Scope.values()).get(random.nextInt(3));
            Key key = random.nextInt(4) == 0 ? Key.of("/p/q") : requests.key();
            Watcher watcher = new Watcher(i % 3, i, random.nextInt(8) == 0 ? Key.ROOT : key, Scope.SUBTREE);
            watchers.add(watcher.key().isRoot() ? watcher : new Watcher(i % 3, i, key, scope));
        }
        watchers.forEach(registry::add);
    }

    /** Returns how often each kind of request met each kind of outcome. */
    Map<String, Integer> occurrences() {
        return occurrences;
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            now += random.nextInt(10);
            judge();
            for (int k = random.nextInt(4) == 0 ? random.nextInt(6) : 0; k > 0 && !proposals.isEmpty(); k--) {
                applyFirst();
            }
            if (random.nextInt(40) == 0) {
                loseLeadership();
            }
            continueSnapshot();
            if (random.nextInt(30) == 0) {
                replayWatches();
            }
        }
        while (!proposals.isEmpty()) {
            applyFirst();
        }
        compareWithTwin();
        leader.checkInvariants();
    }

    private void judge() {
        Request request = requests.next(twin, leader, now);
        long index = leader.appliedIndex() + proposals.size() + 1;
        Verdict verdict = validator.validate(request, index, now);
        Twin after = new Twin(twin);
        Twin.Outcome expected = after.execute(request, index, now, applied);
        count(request, expected);
        Txn txn = verdict.txn();
        assertThat(txn != null).as("%s is proposed", request).isEqualTo(expected.proposed());
        if (txn == null) {
            if (verdict instanceof Verdict.Answer answer) {
                assertThat(answer).isEqualTo(new Verdict.Answer(expected.index(), expected.result()));
            }
            return;
        }
        if (txn instanceof Txn.Write write) {
            assertThat(write.result()).as("result of %s", request).isEqualTo(expected.result());
        }
        twin = after;
        proposals.addLast(new Proposed(index, txn, codec.encode(txn), after));
    }

    private void count(Request request, Twin.Outcome outcome) {
        String name = request.getClass().getSimpleName();
        if (request instanceof Request.Enqueue enqueue && enqueue.queues().size() > 1) {
            name += " of several";
        }
        Result result = outcome.result();
        if (result instanceof Result.Failed failed) {
            name += " " + failed.reason();
        } else if (result instanceof Result.LimitExceeded exceeded) {
            name += " " + exceeded.limit();
        } else {
            name += " " + result.getClass().getSimpleName();
        }
        occurrences.merge(outcome.proposed() ? name : name + ", not proposed", 1, Integer::sum);
    }

    private void applyFirst() {
        Proposed first = proposals.removeFirst();
        Txn decoded = TxnCodec.decode(ByteBuffer.wrap(first.bytes()));
        assertThat(decoded).isEqualTo(first.txn());
        Applied done = leader.apply(first.index(), first.txn());
        assertThat(follower.apply(first.index(), decoded)).isEqualTo(done);
        assertThat(follower.digest()).isEqualTo(leader.digest());
        applied = first.after();
        log.add(done);
        txns.put(first.index(), decoded);
        digests.put(first.index(), leader.digest());
        history.add(done);
        expectDelivered(done, 0, List.copyOf(watchers), deliveries -> registry.dispatch(done, deliveries));
        if (random.nextInt(8) == 0) {
            leader.checkInvariants();
            compareWithTwin();
        }
    }

    /** A new leader's log begins with some of the old one's proposals; the others never happened. */
    private void loseLeadership() {
        for (int kept = random.nextInt(proposals.size() + 1); kept > 0; kept--) {
            applyFirst();
        }
        occurrences.merge("proposals lost", proposals.size(), Integer::sum);
        proposals.clear();
        twin = applied;
        if (random.nextBoolean()) {
            StateMachine swap = leader;
            if (snapshot != null) {
                snapshot.close();
                snapshot = null;
            }
            leader = follower;
            follower = swap;
        }
        validator = new Validator(leader, SMALL, rules);
    }

    private void compareWithTwin() {
        assertThat(leader.nodes()).isEqualTo(applied.nodes.size());
        assertThat(leader.totalBytes()).isEqualTo(applied.bytes());
        applied.nodes.forEach(this::compareNode);
        assertThat(leader.sessions().stream().map(SessionView::id))
                .containsExactlyElementsOf(applied.sessions.keySet());
        applied.sessions.forEach((id, session) -> {
            SessionView view = leader.session(id).orElseThrow();
            assertThat(view.lastOperation()).isEqualTo(session.last());
            assertThat(view.acknowledged()).isEqualTo(session.acknowledged());
            assertThat(view.ephemerals()).isEqualTo(applied.owned(id).size());
            session.results()
                    .forEach((operation, answer) ->
                            assertThat(leader.answer(id, operation)).contains(answer));
        });
    }

    private void compareNode(String path, Twin.Node node) {
        Key key = Key.of(path);
        List<String> children = applied.children(path);
        Bytes data = node.data();
        assertThat(leader.stat(key))
                .as(path)
                .contains(new Stat(
                        node.czxid(),
                        node.mzxid(),
                        node.pzxid(),
                        node.ctime(),
                        node.mtime(),
                        node.version(),
                        node.cversion(),
                        0,
                        node.owner(),
                        node.ttl(),
                        data == null ? 0 : data.size(),
                        children.size(),
                        node.sequence(),
                        node.kind()));
        assertThat(leader.get(key).map(Entry::value)).isEqualTo(Optional.ofNullable(data));
        assertThat(leader.list(key, Content.KEYS).keys().stream().map(Key::toString))
                .containsExactlyElementsOf(children);
    }

    // ---- snapshots

    private void continueSnapshot() {
        SnapshotWriter writer = snapshot;
        if (writer == null) {
            if (random.nextInt(15) == 0) {
                snapshot = leader.beginSnapshot();
                chunks = new ArrayList<>();
            }
            return;
        }
        byte[] chunk = writer.next(1 + random.nextInt(200));
        if (chunk != null) {
            chunks.add(chunk);
            return;
        }
        snapshot = null;
        load(writer.index());
        occurrences.merge("snapshot loaded", 1, Integer::sum);
    }

    private void load(long index) {
        SnapshotLoader loader = new SnapshotLoader(rules);
        chunks.forEach(chunk -> loader.accept(ByteBuffer.wrap(chunk)));
        StateMachine loaded = loader.finish();
        assertThat(loaded.appliedIndex()).isEqualTo(index);
        if (index > 0) {
            assertThat(loaded.digest()).isEqualTo(digests.get(index));
        }
        Twin tail = applied;
        while (!proposals.isEmpty()) {
            applyFirst();
            tail = applied;
        }
        for (long i = index + 1; i <= leader.appliedIndex(); i++) {
            loaded.apply(i, Objects.requireNonNull(txns.get(i)));
        }
        assertThat(loaded.digest()).isEqualTo(leader.digest());
        loaded.checkInvariants();
        assertThat(loaded.nodes()).isEqualTo(tail.nodes.size());
    }

    // ---- watches

    private interface Replay {
        void run(WatchSink sink);
    }

    private void expectDelivered(Applied done, int firstOrdinal, List<Watcher> to, Replay replay) {
        Map<Watcher, List<WatchedChange>> expected = new LinkedHashMap<>();
        for (Watcher watcher : to) {
            List<WatchedChange> changes = naive(watcher, done, firstOrdinal);
            if (!changes.isEmpty()) {
                expected.put(watcher, changes);
            }
        }
        Map<Watcher, List<WatchedChange>> delivered = new LinkedHashMap<>();
        replay.run((watcher, index, changes) -> {
            assertThat(index).isEqualTo(done.index());
            assertThat(delivered.put(watcher, changes)).isNull();
        });
        assertThat(delivered).isEqualTo(expected);
    }

    private static List<WatchedChange> naive(Watcher watcher, Applied done, int firstOrdinal) {
        List<WatchedChange> changes = new ArrayList<>();
        for (int i = firstOrdinal; i < done.changes().size(); i++) {
            Key key = Key.of(done.changes().get(i).path());
            boolean matches = switch (watcher.scope()) {
                case ENTRY -> key.equals(watcher.key());
                case SUBTREE -> key.startsWith(watcher.key());
                case QUEUE ->
                    key.isChildOf(watcher.key()) && TicketName.parse(key.name()).isPresent();
            };
            if (matches) {
                changes.add(new WatchedChange(i, done.changes().get(i)));
            }
        }
        return changes;
    }

    private void replayWatches() {
        long session = random.nextInt(3);
        long index = Math.max(0, leader.appliedIndex() - random.nextInt(30));
        int ordinal = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(3);
        Map<String, List<WatchedChange>> delivered = new LinkedHashMap<>();
        boolean complete = registry.replay(
                history, session, index, ordinal, (watcher, at, changes) -> delivered.put(at + " " + watcher, changes));
        occurrences.merge(complete ? "watches replayed" : "watches have a gap", 1, Integer::sum);
        assertThat(complete).isEqualTo(history.reaches(ordinal == Integer.MAX_VALUE ? index + 1 : index));
        Map<String, List<WatchedChange>> expected = new LinkedHashMap<>();
        for (Applied done : complete ? log : List.<Applied>of()) {
            for (Watcher watcher : watchers) {
                boolean whole = done.index() > index;
                boolean part = done.index() == index && ordinal != Integer.MAX_VALUE;
                List<WatchedChange> changes = naive(watcher, done, part ? ordinal + 1 : 0);
                if (watcher.session() == session && (whole || part) && !changes.isEmpty()) {
                    expected.put(done.index() + " " + watcher, changes);
                }
            }
        }
        assertThat(delivered).isEqualTo(expected);
    }
}

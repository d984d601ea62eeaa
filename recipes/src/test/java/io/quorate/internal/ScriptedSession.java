package io.quorate.internal;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Bytes;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Change;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Subscription;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.Ticker;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session that does what a test tells it to, and nothing else: for the interleavings that a backend shows once in a thousand runs. The
 * thread of the test is its lane.
 */
final class ScriptedSession implements Session {

    static final SessionId ID = new SessionId(7);

    final List<CompletableFuture<Ticket>> enqueued = new ArrayList<>();
    final List<Key> dequeued = new ArrayList<>();
    private final List<CompletableFuture<Void>> removals = new ArrayList<>();
    final List<CompletableFuture<Optional<Entry>>> reads = new ArrayList<>();
    final List<Runnable> timers = new ArrayList<>();
    final List<CompletableFuture<Listing>> listings = new ArrayList<>();
    final List<CompletableFuture<CommitResult>> commits = new ArrayList<>();

    /** Who is told of what is watched at the moment. */
    final Map<Key, WatchListener> watched = new LinkedHashMap<>();

    private final List<Consumer<SessionState>> stateListeners = new ArrayList<>();
    private SessionState state = SessionState.CONNECTED;
    private long revision;
    private final List<Runnable> tasks = new ArrayList<>();
    boolean proven = true;

    /** Whether a task of the lane runs where it is handed over; if not, by {@link #runTasks()}. */
    boolean atOnce = true;

    Runnable onEnqueue = () -> {};

    static QueueEntry place(Key queue, int sequence) {
        TicketName name = new TicketName("x", "0".repeat(32), sequence);
        return new QueueEntry(queue.child(name.toString()), name);
    }

    /** Changes the state without telling anybody yet. */
    void silently(SessionState next) {
        state = next;
    }

    void becomes(SessionState next) {
        state = next;
        List.copyOf(stateListeners).forEach(listener -> listener.accept(next));
    }

    /** Tells whoever watches a ticket that it is there: for the first time, or after a gap. */
    void seen(Key queue, int sequence, boolean initial) {
        tell(queue, sequence, initial, new Change.Put(entry(queue, sequence, "owner")));
    }

    /** Tells whoever watches a ticket that its value has changed. */
    void changed(Key queue, int sequence, Bytes value) {
        tell(queue, sequence, false, new Change.Put(entry(queue, sequence, value.utf8())));
    }

    /** Tells whoever watches a ticket that it is gone. */
    void gone(Key queue, int sequence) {
        Key key = place(queue, sequence).key();
        requireNonNull(watched.get(key), "nobody watches " + key)
                .onBatch(new WatchBatch(++revision, false, false, List.of(new Change.Removed(key))));
    }

    /** Tells whoever begins to watch a ticket that it is not there. */
    void absent(Key queue, int sequence) {
        Key key = place(queue, sequence).key();
        requireNonNull(watched.get(key)).onBatch(new WatchBatch(++revision, true, false, List.of()));
    }

    private void tell(Key queue, int sequence, boolean initial, Change change) {
        Key key = place(queue, sequence).key();
        requireNonNull(watched.get(key), "nobody watches " + key)
                .onBatch(new WatchBatch(++revision, initial, !initial, List.of(change)));
    }

    private static Entry entry(Key queue, int sequence, String value) {
        return new Entry(place(queue, sequence).key(), Bytes.utf8(value), 1, 1, ID, Instant.EPOCH);
    }

    boolean isWatched(Key queue, int sequence) {
        return watched.containsKey(place(queue, sequence).key());
    }

    /** Answers the given listing. */
    void listed(int index, Key queue, int... sequences) {
        List<Key> keys = Arrays.stream(sequences)
                .mapToObj(sequence -> place(queue, sequence).key())
                .toList();
        listings.get(index).complete(new Listing(queue, true, keys, List.of()));
    }

    /** Answers the given enqueue operation. */
    void ticket(int index, Key queue, int sequence, int... ahead) {
        ticketAt(100L + sequence, index, queue, sequence, ahead);
    }

    /** Answers the given enqueue operation with a ticket of the given revision, for queues whose sequence starts anew. */
    void ticketAt(long created, int index, Key queue, int sequence, int... ahead) {
        List<QueueEntry> before =
                Arrays.stream(ahead).mapToObj(other -> place(queue, other)).toList();
        enqueued.get(index).complete(new Ticket(queue, place(queue, sequence), created, ID, before));
    }

    /** Tells whoever watches a whole queue. */
    void tellOfAll(Key queue, boolean initial, List<Change> changes) {
        requireNonNull(watched.get(queue), "nobody watches " + queue)
                .onBatch(new WatchBatch(++revision, initial, false, changes));
    }

    /** Tells whoever watches the terms of a queue that there are none yet. */
    void noTerms(Key key) {
        requireNonNull(watched.get(key)).onBatch(new WatchBatch(++revision, true, false, List.of()));
    }

    /** Tells whoever watches the terms of a queue what they are. */
    void termsAre(Key key, String value) {
        Entry terms = new Entry(key, Bytes.utf8(value), 1, 1, null, Instant.EPOCH);
        requireNonNull(watched.get(key))
                .onBatch(new WatchBatch(++revision, false, false, List.of(new Change.Put(terms))));
    }

    /** Tells whoever watches something that the watch has come to its end. */
    void watchEnds(Key key, QuorateException cause) {
        requireNonNull(watched.remove(key)).onEnd(cause);
    }

    void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove(0).run();
        }
    }

    /** Confirms all removals that were asked for. */
    void answerDequeues() {
        List<CompletableFuture<Void>> asked = List.copyOf(removals);
        removals.clear();
        asked.forEach(answer -> answer.complete(null));
    }

    void runTimers() {
        List<Runnable> due = List.copyOf(timers);
        timers.clear();
        due.forEach(Runnable::run);
    }

    @Override
    public SessionId id() {
        return ID;
    }

    @Override
    public SessionOptions options() {
        return SessionOptions.of("scripted");
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(
                1024, 128, Duration.ofSeconds(1), Duration.ofSeconds(60), SuspensionPolicy.UNTIL_DEADLINE);
    }

    @Override
    public SessionState state() {
        return state;
    }

    @Override
    public long provenUntilNanos() {
        return proven ? 1_000 : -1_000;
    }

    @Override
    public Ticker ticker() {
        return () -> 0;
    }

    @Override
    public Scheduler scheduler() {
        return new Scheduler() {
            @Override
            public void execute(Runnable task) {
                if (atOnce) {
                    task.run();
                } else {
                    tasks.add(task);
                }
            }

            @Override
            public Subscription schedule(Runnable task, Duration delay) {
                timers.add(task);
                return () -> timers.remove(task);
            }

            @Override
            public boolean isOnLane() {
                return true;
            }
        };
    }

    @Override
    public Subscription onState(Consumer<SessionState> listener) {
        stateListeners.add(listener);
        return () -> stateListeners.remove(listener);
    }

    @Override
    public CompletableFuture<Optional<Entry>> get(Key key, Read mode) {
        CompletableFuture<Optional<Entry>> read = new CompletableFuture<>();
        reads.add(read);
        return read;
    }

    @Override
    public CompletableFuture<Ticket> enqueue(Key queue, String label, @Nullable Bytes value) {
        CompletableFuture<Ticket> answer = new CompletableFuture<>();
        enqueued.add(answer);
        onEnqueue.run();
        return answer;
    }

    /** Is asked for one queue only. */
    @Override
    public CompletableFuture<List<Ticket>> enqueueAll(List<Key> queues, String label, @Nullable Bytes value) {
        if (queues.size() != 1) {
            throw new UnsupportedOperationException("no script takes tickets in " + queues);
        }
        CompletableFuture<Ticket> only = enqueue(queues.get(0), label, value);
        CompletableFuture<List<Ticket>> all = only.thenApply(List::of);
        all.whenComplete((tickets, failure) -> {
            if (failure != null) {
                only.cancel(false);
            }
        });
        return all;
    }

    @Override
    public CompletableFuture<Void> dequeue(Ticket ticket) {
        dequeued.add(ticket.key());
        CompletableFuture<Void> answer = new CompletableFuture<>();
        removals.add(answer);
        return answer;
    }

    @Override
    public Watch watch(Key key, Scope scope, WatchListener listener) {
        watched.put(key, requireNonNull(listener));
        return new Watch() {
            @Override
            public Key key() {
                return key;
            }

            @Override
            public Scope scope() {
                return scope;
            }

            @Override
            public void close() {
                watched.remove(key);
            }
        };
    }

    @Override
    public CompletableFuture<Listing> list(Key parent, Content content, Read mode) {
        CompletableFuture<Listing> listing = new CompletableFuture<>();
        listings.add(listing);
        return listing;
    }

    @Override
    public CompletableFuture<Snapshot> snapshot(Key prefix) {
        throw new UnsupportedOperationException("not in the script");
    }

    @Override
    public CompletableFuture<CommitResult> commit(Commit commit) {
        CompletableFuture<CommitResult> answer = new CompletableFuture<>();
        commits.add(answer);
        return answer;
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        becomes(SessionState.CLOSED);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
        becomes(SessionState.CLOSED);
    }
}

package io.quorate.embedded.sim;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.Op;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.OverloadedException;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionOwnedHasNoChildrenException;
import io.quorate.backend.SessionState;
import io.quorate.backend.Snapshot;
import io.quorate.backend.StorageFullException;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import io.quorate.backend.WatchBatch;
import io.quorate.embedded.tree.Applied;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one session asked for and was told, checked as it is told: writes by the committed transaction (N1–N3), reads by the
 * existence of an index whose state they show (N3, N4), replies and events by their order (I14, N7).
 */
final class SessionRecord {

    private record Tagged(Bytes value, String what) {}

    private final EngineWorld world;
    private final String client;
    private final long id;
    private final List<WatchModel> watches = new ArrayList<>();
    private final List<Tagged> failed = new ArrayList<>();
    private final List<Tagged> unknown = new ArrayList<>();
    private final Set<Long> sentBeforeSuspension = new HashSet<>();
    private SessionState state = SessionState.CONNECTED;
    private long issued;
    private long answered;
    private long lastWrite;

    /** No reply may show an older state, whenever it was asked for. */
    private long replyFloor;

    /** Nothing asked for from now on may show an older state. */
    private long seen;

    private final Set<Long> outstanding = new HashSet<>();

    SessionRecord(EngineWorld world, String client, Session session) {
        this.world = world;
        this.client = client;
        this.id = session.id().value();
        this.replyFloor = id;
        this.seen = id;
        require(
                id <= world.oracle().lastIndex() && world.oracle().at(id).session() == id,
                () -> "has the id of no opening transaction");
    }

    long id() {
        return id;
    }

    private Oracle oracle() {
        return world.oracle();
    }

    private void require(boolean holds, Supplier<String> what) {
        if (!holds) {
            throw new PropertyViolated("Sessions", client + " session " + id + " " + what.get());
        }
    }

    // ---- the session

    void onState(SessionState now) {
        world.trace(client, "session " + id + " is " + now);
        require(!state.isTerminal(), () -> "is " + now + " after it was " + state);
        if (now == SessionState.SUSPENDED) {
            world.count(Sometimes.SESSION_SUSPENDED);
            sentBeforeSuspension.addAll(outstanding);
        } else if (now == SessionState.CONNECTED) {
            world.count(Sometimes.SESSION_MOVED);
        } else if (now == SessionState.EXPIRED) {
            world.count(Sometimes.SESSION_EXPIRED);
            require(oracle().endOf(id) != 0, () -> "is told that it expired, and it did not");
        } else {
            world.count(Sometimes.SESSION_CLOSED);
        }
        state = now;
    }

    void watchOpened(WatchModel watch) {
        watches.add(watch);
    }

    void watchClosed(WatchModel watch) {
        watch.end();
        watches.remove(watch);
    }

    void onBatch(WatchModel watch, WatchBatch batch) {
        if (!watches.contains(watch)) {
            return;
        }
        if (world.isTracing()) {
            world.trace(client, "batch " + batch);
        }
        watch.onBatch(batch);
        seen = Math.max(seen, batch.revision());
    }

    boolean isCurrent() {
        return watches.stream().allMatch(WatchModel::isCurrent);
    }

    // ---- issuing

    /** Begins an operation; what it is told goes to {@code check}, behind the checks of order. */
    private <T> void issue(
            Object what, CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> check) {
        long number = ++issued;
        outstanding.add(number);
        if (world.isTracing()) {
            world.trace(client, "asks " + number + " " + what);
        }
        CompletableFuture<?> unused = future.whenComplete((value, failure) -> {
            try {
                outstanding.remove(number);
                Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                        ? wrapped.getCause()
                        : failure;
                if (world.isTracing()) {
                    world.trace(client, "told " + number + " " + (cause == null ? value : cause));
                }
                world.mixTrace(number * 31 + (cause == null ? 1 : 2));
                if (cause == null || cause instanceof CommitFailedException) {
                    require(number > answered, () -> "is told of operation " + number + " behind " + answered);
                    answered = number;
                    if (sentBeforeSuspension.remove(number)) {
                        world.count(Sometimes.WRITE_RETRIED);
                    }
                }
                check.accept(value, cause);
            } catch (PropertyViolated violation) {
                world.violated(violation);
            }
        });
    }

    /** A reply shows the state at an index, or a later one. */
    private void shows(long index, Supplier<String> what) {
        replyFloor = Math.max(replyFloor, index);
        seen = Math.max(seen, index);
        for (WatchModel watch : watches) {
            watch.onReply(index, what);
        }
    }

    /** Finds the first index from {@code low} on whose state may be what a reply shows. */
    private void witness(long low, LongPredicate matches, Supplier<String> what) {
        long high = world.appliedAnywhere();
        for (long index = Math.max(low, replyFloor); index <= high; index++) {
            if (matches.test(index)) {
                shows(index, what);
                return;
            }
        }
        require(
                false,
                () -> "reads what was not so at any index from " + Math.max(low, replyFloor) + " to " + high + ": "
                        + what.get());
    }

    private long lowest(Read mode) {
        return mode == Read.ANY ? seen : Math.max(seen, world.appliedAnywhere());
    }

    // ---- writes

    void commit(Session on, Commit commit) {
        long calledAt = world.appliedAnywhere();
        issue(commit, on.commit(commit), (result, failure) -> {
            if (result != null) {
                world.count(Sometimes.WRITE_SUCCEEDED);
                requireWritten(calledAt, result.revision());
                requireContent(commit, result.revision());
                shows(result.revision(), () -> "commit");
            } else if (failure instanceof OutcomeUnknownException) {
                world.count(Sometimes.WRITE_OUTCOME_UNKNOWN);
                tag(commit, unknown);
            } else {
                world.count(
                        failure instanceof StorageFullException ? Sometimes.REFUSED_FOR_ROOM : Sometimes.WRITE_FAILED);
                tag(commit, failed);
            }
        });
    }

    /** N1, N3, I13: the transaction is committed, by this session, between call and return, and behind the last one. */
    private void requireWritten(long calledAt, long revision) {
        require(revision <= oracle().lastIndex(), () -> "is told of index " + revision + ", which is not committed");
        Applied applied = oracle().at(revision);
        require(
                applied.session() == id && applied.operation() > 0,
                () -> "is told of index " + revision + ": " + applied);
        require(
                revision > calledAt,
                () -> "wrote at " + revision + ", but " + calledAt + " was applied before it asked");
        require(revision > lastWrite, () -> "wrote at " + revision + " behind " + lastWrite);
        lastWrite = revision;
    }

    private void requireContent(Commit commit, long revision) {
        for (Op op : commit.ops()) {
            Entry entry = oracle().entryAt(op.key(), revision);
            Bytes value = valueOf(op);
            require(
                    op instanceof Op.Delete
                            // Another operation of the commit may have created it anew, as a parent.
                            ? entry == null || entry.createRevision() == revision
                            : entry != null
                                    && entry.modRevision() == revision
                                    && value != null
                                    && Objects.equals(value, entry.value()),
                    () -> "wrote " + op + " at " + revision + ", where there is " + entry);
        }
    }

    private static @Nullable Bytes valueOf(Op op) {
        return op instanceof Op.Create create ? create.value() : op instanceof Op.Update update ? update.value() : null;
    }

    private static void tag(Commit commit, List<Tagged> into) {
        for (Op op : commit.ops()) {
            Bytes value = valueOf(op);
            if (value != null) {
                into.add(new Tagged(value, op.toString()));
            }
        }
    }

    /** N2: what failed for sure never happened. That nothing happened twice, the oracle has seen to. */
    void checkOutcomes() {
        for (Tagged write : failed) {
            require(
                    oracle().writtenAt(write.value()) == 0,
                    () -> "was told of a failure, but it is committed: " + write.what());
        }
        for (Tagged write : unknown) {
            if (oracle().writtenAt(write.value()) != 0) {
                world.count(Sometimes.UNKNOWN_WRITE_COMMITTED);
            }
        }
    }

    // ---- tickets

    void enqueue(Session on, Key queue, Consumer<Ticket> taken) {
        long calledAt = world.appliedAnywhere();
        issue("enqueue " + queue, on.enqueue(queue, "w", null), (ticket, failure) -> {
            if (ticket != null) {
                world.count(Sometimes.TICKET_TAKEN);
                requireTicket(calledAt, ticket);
                shows(ticket.revision(), () -> "enqueue");
                taken.accept(ticket);
            } else if (failure instanceof StorageFullException) {
                world.count(Sometimes.REFUSED_FOR_ROOM);
            } else {
                require(
                        failure instanceof SessionOwnedHasNoChildrenException
                                || failure instanceof StorageFullException
                                || isEnd(failure),
                        () -> "got no ticket: " + failure);
            }
        });
    }

    private boolean isEnd(@Nullable Throwable failure) {
        return failure instanceof OverloadedException
                || failure instanceof SessionClosedException
                || failure instanceof SessionExpiredException;
    }

    private void requireTicket(long calledAt, Ticket ticket) {
        requireWritten(calledAt, ticket.revision());
        Entry entry = oracle().entryAt(ticket.key(), ticket.revision());
        require(entry != null && entry.createRevision() == ticket.revision(), () -> "has no ticket " + ticket);
        Set<Key> ahead = new HashSet<>();
        for (QueueEntry each : ticket.ahead()) {
            ahead.add(each.key());
        }
        if (!ahead.isEmpty()) {
            world.count(Sometimes.TICKET_BEHIND_OTHERS);
        }
        boolean right = false;
        for (long index = ticket.revision(); index <= world.appliedAnywhere() && !right; index++) {
            right = ahead.equals(aheadAt(ticket, index)) || oracle().entryAt(ticket.key(), index) == null;
        }
        require(right, () -> "has a ticket with the wrong ones ahead: " + ticket);
    }

    private Set<Key> aheadAt(Ticket ticket, long index) {
        Set<Key> ahead = new HashSet<>();
        for (Entry entry : oracle().below(ticket.queue(), index).values()) {
            if (entry.isSessionOwned()
                    && entry.key().isChildOf(ticket.queue())
                    && TicketName.parse(entry.key().name()).isPresent()
                    && entry.createRevision() < ticket.revision()) {
                ahead.add(entry.key());
            }
        }
        return ahead;
    }

    void dequeue(Session on, Ticket ticket) {
        issue("dequeue " + ticket.key(), on.dequeue(ticket), (nothing, failure) -> {
            if (failure == null) {
                world.count(Sometimes.TICKET_RETURNED);
                require(
                        oracle().entryAt(ticket.key(), world.appliedAnywhere()) == null,
                        () -> "gave back a ticket that is still there: " + ticket.key());
            } else {
                require(isEnd(failure), () -> "could not give back a ticket: " + failure);
            }
        });
    }

    // ---- reads

    void get(Session on, Key key, Read mode) {
        long low = lowest(mode);
        issue("get " + mode + " " + key, on.get(key, mode), (found, failure) -> {
            if (found != null) {
                world.count(mode == Read.ANY ? Sometimes.READ_ANY : Sometimes.READ_LATEST);
                Entry value = found.orElse(null);
                if (mode == Read.ANY
                        && !found.equals(Optional.ofNullable(oracle().entryAt(key, world.appliedAnywhere())))) {
                    world.count(Sometimes.READ_ANY_STALE);
                }
                witness(
                        low,
                        index -> Objects.equals(value, oracle().entryAt(key, index)),
                        () -> mode + " " + key + " = " + value);
            } else {
                require(isEnd(failure), () -> "could not read: " + failure);
            }
        });
    }

    void list(Session on, Key parent, Content content, Read mode) {
        long low = lowest(mode);
        issue("list " + mode + " " + parent, on.list(parent, content, mode), (listing, failure) -> {
            if (listing != null) {
                world.count(Sometimes.LISTING);
                witness(low, index -> isListing(listing, parent, index), () -> mode + " " + listing);
                requireCreationOrder(listing);
            } else {
                require(isEnd(failure), () -> "could not list: " + failure);
            }
        });
    }

    private boolean isListing(Listing listing, Key parent, long index) {
        NavigableMap<Key, Entry> below = oracle().below(parent, index);
        boolean exists = below.containsKey(parent);
        below.keySet().removeIf(key -> !key.isChildOf(parent));
        Set<Entry> expected = new HashSet<>(below.values());
        return listing.parentExists() == exists
                && listing.entries().size() == expected.size()
                && expected.containsAll(listing.entries());
    }

    private void requireCreationOrder(Listing listing) {
        long last = 0;
        for (Entry entry : listing.entries()) {
            require(entry.createRevision() >= last, () -> "is told of " + listing + ", not in creation order");
            last = entry.createRevision();
        }
    }

    void snapshot(Session on, Key prefix) {
        long low = lowest(Read.LATEST);
        issue("snapshot " + prefix, on.snapshot(prefix), (snapshot, failure) -> {
            if (snapshot != null) {
                world.count(Sometimes.READ_SNAPSHOT);
                requireSnapshot(snapshot, low);
                shows(snapshot.revision(), () -> "snapshot");
            } else {
                require(isEnd(failure), () -> "could not read: " + failure);
            }
        });
    }

    private void requireSnapshot(Snapshot snapshot, long low) {
        require(
                snapshot.revision() >= Math.max(low, replyFloor) && snapshot.revision() <= world.appliedAnywhere(),
                () -> "gets a snapshot of " + snapshot.revision() + ", not from " + low + " to "
                        + world.appliedAnywhere());
        List<Entry> expected = new ArrayList<>(
                oracle().below(snapshot.prefix(), snapshot.revision()).values());
        require(snapshot.entries().equals(expected), () -> "gets " + snapshot + ", should get " + expected);
    }

    String describe() {
        return "seen=" + seen + " outstanding=" + outstanding.size();
    }
}

package io.quorate.backend.testing;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.Listing;
import io.quorate.backend.NoSuchKeyException;
import io.quorate.backend.NotEmptyException;
import io.quorate.backend.Op;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Read;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOwnedHasNoChildrenException;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import io.quorate.backend.UnexpectedRevisionException;
import io.quorate.backend.testing.ModelBackend.Bug;
import io.quorate.backend.testing.ModelService.SessionRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the model service does for each operation of a session. Keys are relative to the session's namespace. */
final class ModelRequests {

    private final ModelService service;
    private final SessionRecord session;
    private final Namespace namespace;

    ModelRequests(ModelService service, SessionRecord session, Namespace namespace) {
        this.service = service;
        this.session = session;
        this.namespace = namespace;
    }

    Optional<Entry> get(Key key, Read mode) {
        return Optional.ofNullable(readable(mode).entry(namespace.absolute(key)))
                .map(namespace::relative);
    }

    Listing list(Key parent, Content content, Read mode) {
        ModelState state = readable(mode);
        Key absolute = namespace.absolute(parent);
        List<Entry> children = state.children(absolute).stream()
                .map(namespace::relative)
                .sorted(
                        service.has(Bug.LISTING_IS_ORDERED_BY_KEY)
                                ? Comparator.comparing(Entry::key)
                                : Comparator.comparingLong(Entry::createRevision)
                                        .thenComparing(Entry::key))
                .toList();
        return new Listing(
                parent,
                parent.isRoot() || state.exists(absolute),
                children.stream().map(Entry::key).toList(),
                content == Content.ENTRIES ? children : List.of());
    }

    Snapshot snapshot(Key prefix) {
        ModelState state = readable(Read.LATEST);
        Key absolute = namespace.absolute(prefix);
        List<Entry> entries = state.entries().values().stream()
                .filter(entry -> entry.key().startsWith(absolute)
                        || (service.has(Bug.PREFIX_IS_COMPARED_BY_CHARACTERS)
                                && entry.key().toString().startsWith(absolute.toString())))
                .map(namespace::relative)
                .filter(entry -> !entry.key().isRoot())
                .toList();
        return new Snapshot(prefix, state.revision(), entries);
    }

    private ModelState readable(Read mode) {
        boolean anyWillDo = switch (mode) {
            case ANY -> true;
            case SYNCED -> service.has(Bug.SYNCED_READ_IS_STALE);
            case LATEST -> service.has(Bug.LATEST_READ_IS_STALE);
        };
        ModelState state = anyWillDo ? service.staleState(session) : service.state();
        session.seenRevision = Math.max(session.seenRevision, state.revision());
        return state;
    }

    CommitResult commit(Commit commit) {
        ModelState state = service.state();
        checkGuards(state, commit.guards());
        long revision = service.nextRevision();
        ModelState.Draft draft = state.draft();
        try {
            for (int i = 0; i < commit.ops().size(); i++) {
                apply(draft, commit.ops().get(i), i, revision);
            }
        } catch (RuntimeException e) {
            if (service.has(Bug.FAILED_COMMIT_IS_HALF_APPLIED)) {
                publish(draft.finish(revision));
            }
            throw e;
        }
        publish(draft.finish(revision));
        return new CommitResult(revision);
    }

    private void checkGuards(ModelState state, List<Guard> guards) {
        for (int i = 0; i < guards.size(); i++) {
            Guard guard = guards.get(i);
            if (!holds(state.entry(namespace.absolute(guard.key())), guard)) {
                throw new GuardFailedException(service.has(Bug.WRONG_INDEX) ? 0 : i, guard);
            }
        }
    }

    private boolean holds(@Nullable Entry entry, Guard guard) {
        if (guard instanceof Guard.Unchanged unchanged) {
            return service.has(Bug.UNCHANGED_GUARD_IGNORED)
                    || (entry != null && entry.modRevision() == unchanged.modRevision())
                    || (service.has(Bug.UNCHANGED_GUARD_COMPARES_VALUES)
                            && entry != null
                            && service.hadValue(entry.key(), unchanged.modRevision(), entry.value()));
        }
        if (guard instanceof Guard.HeldBy) {
            return service.has(Bug.TICKET_GUARD_IGNORED) || entry != null;
        }
        return service.has(Bug.EXISTS_GUARD_IGNORED) || entry != null;
    }

    private void apply(ModelState.Draft draft, Op op, int index, long revision) {
        if (op instanceof Op.Create create) {
            create(draft, create, index, revision);
        } else if (op instanceof Op.Update update) {
            update(draft, update, index, revision);
        } else if (op instanceof Op.Delete delete) {
            delete(draft, delete, index);
        }
    }

    private void create(ModelState.Draft draft, Op.Create create, int index, long revision) {
        Key key = namespace.absolute(create.key());
        if (draft.entries.containsKey(key)) {
            throw new KeyExistsException(index, create.key());
        }
        createParents(draft, key, create.key(), index, revision, false);
        SessionId owner = create.lifetime() == Op.Lifetime.SESSION ? session.id : null;
        draft.entries.put(key, entry(key, create.value(), revision, owner));
    }

    private void createParents(
            ModelState.Draft draft, Key key, Key asked, int index, long revision, boolean asContainers) {
        Key parent = key.parent().orElseThrow();
        if (parent.isRoot()) {
            return;
        }
        Entry existing = draft.entries.get(parent);
        if (existing == null) {
            createParents(draft, parent, asked, index, revision, asContainers);
            draft.entries.put(parent, entry(parent, null, revision, null));
            if (asContainers) {
                draft.containers.add(parent);
            }
        } else if (existing.isSessionOwned()) {
            throw new SessionOwnedHasNoChildrenException(index, asked);
        }
    }

    private Entry entry(Key key, @Nullable Bytes value, long revision, @Nullable SessionId owner) {
        Bytes stored = value == null && service.has(Bug.NO_VALUE_BECOMES_EMPTY) ? Bytes.EMPTY : value;
        return new Entry(key, stored, revision, revision, owner, service.now());
    }

    private void update(ModelState.Draft draft, Op.Update update, int index, long revision) {
        Entry entry = expected(draft, update.key(), update.expectedRevision(), index);
        draft.entries.put(
                entry.key(),
                new Entry(
                        entry.key(),
                        update.value(),
                        service.has(Bug.UPDATE_MOVES_THE_CREATE_REVISION) ? revision : entry.createRevision(),
                        revision,
                        service.has(Bug.UPDATE_FORGETS_THE_OWNER) ? null : entry.owner(),
                        entry.createdAt()));
    }

    private void delete(ModelState.Draft draft, Op.Delete delete, int index) {
        Entry entry = expected(draft, delete.key(), delete.expectedRevision(), index);
        if (draft.hasChildren(entry.key()) && !service.has(Bug.PARENT_IS_DELETED_BEFORE_ITS_CHILDREN)) {
            throw new NotEmptyException(index, delete.key());
        }
        draft.remove(entry.key());
    }

    private Entry expected(ModelState.Draft draft, Key key, long expectedRevision, int index) {
        Entry entry = draft.entries.get(namespace.absolute(key));
        if (entry == null || isHidden(entry)) {
            throw new NoSuchKeyException(index, key);
        }
        if (expectedRevision != Op.ANY_REVISION && expectedRevision != entry.modRevision()) {
            throw new UnexpectedRevisionException(index, key, expectedRevision);
        }
        return entry;
    }

    private boolean isHidden(Entry entry) {
        return service.has(Bug.OWNED_ENTRY_IS_HIDDEN_FROM_OTHERS)
                && entry.isSessionOwned()
                && !session.id.equals(entry.owner());
    }

    /** Takes a ticket in each queue, with one revision for all. */
    List<Ticket> enqueue(List<Key> queues, String label, List<String> ids, @Nullable Bytes value) {
        ModelState.Draft draft = service.state().draft();
        long revision = service.nextRevision();
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < queues.size(); i++) {
            tickets.add(enqueue(draft, revision, queues.get(i), label, ids.get(i), value));
            if (service.has(Bug.TICKETS_ARE_TAKEN_ONE_BY_ONE)) {
                publish(draft.finish(revision));
                revision = service.nextRevision();
                draft = service.state().draft();
            }
        }
        if (!service.has(Bug.TICKETS_ARE_TAKEN_ONE_BY_ONE)) {
            publish(draft.finish(revision));
        }
        return tickets;
    }

    private Ticket enqueue(
            ModelState.Draft draft, long revision, Key queue, String label, String id, @Nullable Bytes value) {
        Key absolute = namespace.absolute(queue);
        int sequence = draft.sequences.getOrDefault(absolute, firstSequence());
        String trueId = service.has(Bug.TICKET_NAME_IS_USED_AGAIN) ? String.format("%032x", sequence) : id;
        TicketName name = new TicketName(label, trueId, sequence);
        Key key = absolute.child(name.toString());
        createParents(draft, key, queue, 0, revision, true);
        draft.sequences.put(absolute, sequence + 1);
        Bytes stored = service.has(Bug.TICKET_LOSES_ITS_VALUE) ? null : value;
        draft.entries.put(key, entry(key, stored, revision, session.id));
        List<QueueEntry> ahead = service.state().tickets(absolute).stream()
                .map(place -> new QueueEntry(namespace.relative(place.key()), place.name()))
                .toList();
        return new Ticket(
                queue,
                new QueueEntry(namespace.relative(key), name),
                service.has(Bug.TICKET_REVISION_STARTS_ANEW) ? sequence + 1 : revision,
                session.id,
                service.has(Bug.ONLY_THE_PREDECESSOR_IS_AHEAD) && ahead.size() > 1
                        ? ahead.subList(ahead.size() - 1, ahead.size())
                        : ahead);
    }

    /** In a world that explores, a queue may begin just below the point where its numbers become negative. */
    private int firstSequence() {
        return service.time().hasJitter() && service.time().random().nextBoolean() ? Integer.MAX_VALUE - 1 : 0;
    }

    @Nullable
    Void dequeue(Ticket ticket) {
        Key key = namespace.absolute(ticket.key());
        ModelState.Draft draft = service.state().draft();
        if (service.has(Bug.DEQUEUE_REMOVES_THE_FIRST)) {
            service.state().tickets(namespace.absolute(ticket.queue())).stream()
                    .findFirst()
                    .ifPresent(place -> draft.remove(place.key()));
            publish(draft.finish(service.nextRevision()));
        } else if (draft.entries.containsKey(key)) {
            draft.remove(key);
            publish(draft.finish(service.nextRevision()));
        }
        return null;
    }

    @Nullable
    Void close() {
        service.removeSession(session);
        return null;
    }

    private void publish(ModelState next) {
        session.seenRevision = Math.max(session.seenRevision, next.revision());
        service.publish(next);
    }
}

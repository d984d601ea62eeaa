package io.quorate.embedded.member;

import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.SessionId;
import io.quorate.backend.Ticket;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchedChange;
import io.quorate.embedded.tree.Watcher;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A session as the member that serves it knows it: its operations in the order of their issue, and its watches.
 *
 * <p>Operations are <em>captured</em> strictly in order: a write when its transaction is applied here, a read when everything
 * issued before it is captured and the state has come as far as it must. Since each transaction is looked at when it has just
 * been applied, a read shows the writes that were issued before it and none of those behind it. They are answered in the same
 * order, a linearizable read once a quorum has confirmed the leader. Confined to the member's thread.
 */
public final class Attachment {

    /** The session's side. All calls are made on the member's thread. */
    public interface Client {

        /** Tells a watch of the changes of one transaction, with the state just as that left it. */
        void onChanges(long watch, long index, List<WatchedChange> changes, StateMachine state);

        /** The session has ended at this member's state. */
        void onGone();
    }

    /** Receives what became of a write. */
    @FunctionalInterface
    public interface WriteReply {

        /**
         * Called at most once.
         *
         * @param index the index of the transaction
         * @param result the result
         * @param tickets the tickets that were created, with those who were ahead of them just then; if that was over an earlier
         *     attachment, with those of them who are there still, though the tickets may be gone
         * @param proven whether a quorum has taken it from a leader that had heard it over this attachment
         */
        void onWritten(long index, Result result, List<Ticket> tickets, boolean proven);
    }

    /** Receives the result of a read. */
    @FunctionalInterface
    public interface ReadReply<T> {

        /**
         * Called at most once.
         *
         * @param index the state's index
         * @param value what was read
         */
        void onRead(long index, T value);
    }

    private abstract static class Item {
        boolean confirmed = true;

        abstract boolean tryCapture();

        abstract void reply();
    }

    private final class Write extends Item {
        final Request.Operation operation;
        final WriteReply reply;
        private long index = Long.MAX_VALUE;
        private @Nullable Result result;
        private @Nullable List<Ticket> tickets;
        private boolean proven;

        Write(Request.Operation operation, WriteReply reply) {
            this.operation = operation;
            this.reply = reply;
        }

        void applied(long at, Result outcome) {
            proven = true;
            answered(at, outcome);
            // Those ahead may have left, and the tickets as well, before its turn to be captured comes.
            tickets = tickets(outcome);
        }

        void answered(long at, Result outcome) {
            index = at;
            result = outcome;
            if (at > service.applied()) {
                service.wakeAt(at, Attachment.this);
            }
        }

        @Override
        boolean tryCapture() {
            if (result == null || index > service.applied()) {
                return false;
            }
            if (tickets == null) {
                tickets = tickets(result);
            }
            return true;
        }

        private List<Ticket> tickets(Result outcome) {
            return outcome instanceof Result.Created created
                    ? created.paths().stream().map(path -> ticket(Key.of(path))).toList()
                    : List.of();
        }

        /** Somebody else may have removed it before its owner hears of it. */
        private Ticket ticket(Key key) {
            return service.state()
                    .ticket(key)
                    .orElseGet(() -> service.state().removedTicket(key, index, new SessionId(operation.session())));
        }

        @Override
        void reply() {
            List<Ticket> created = tickets;
            if (result != null && created != null) {
                reply.onWritten(index, result, created, proven);
            }
        }
    }

    /** A read that waits for its turn. */
    final class ReadItem<T> extends Item {
        private final Function<StateMachine, T> reading;
        private final ReadReply<T> reply;
        private long readIndex;
        private long index;
        private @Nullable T value;

        ReadItem(Function<StateMachine, T> reading, ReadReply<T> reply, boolean latest) {
            this.reading = reading;
            this.reply = reply;
            this.confirmed = !latest;
            this.readIndex = latest ? Long.MAX_VALUE : 0;
        }

        void readAt(long at) {
            readIndex = at;
            if (at > service.applied()) {
                service.wakeAt(at, Attachment.this);
            } else {
                advance();
            }
        }

        void confirm() {
            confirmed = true;
            answer();
        }

        @Override
        boolean tryCapture() {
            if (readIndex > service.applied()) {
                return false;
            }
            index = service.applied();
            value = reading.apply(service.state());
            return true;
        }

        @Override
        void reply() {
            T captured = value;
            if (captured != null) {
                reply.onRead(index, captured);
            }
        }
    }

    private final Service service;
    private final long session;
    private final Client client;
    private final ArrayDeque<Item> awaiting = new ArrayDeque<>();
    private final ArrayDeque<Item> captured = new ArrayDeque<>();
    private boolean detached;

    Attachment(Service service, long session, Client client) {
        this.service = service;
        this.session = session;
        this.client = client;
    }

    /** Returns the id of the session. */
    public long session() {
        return session;
    }

    /** Returns the epoch in which the member serves the session. */
    public long epoch() {
        return service.epoch();
    }

    /** Returns whether the member still serves the session through this attachment. */
    public boolean isServed() {
        return !detached;
    }

    /** Returns whether the members have no room for more than they keep. */
    public boolean refusesWrites() {
        return service.refusesWrites();
    }

    Client client() {
        return client;
    }

    /** Carries out a numbered operation. */
    public void write(Request.Operation operation, WriteReply reply) {
        Write write = new Write(operation, reply);
        awaiting.add(write);
        var remembered = service.state().answer(session, operation.operation());
        if (remembered.isPresent()) {
            write.answered(remembered.get().index(), remembered.get().result());
            advance();
        } else {
            service.toLeader(operation);
        }
    }

    /** Reads the state. */
    public <T> void read(Read mode, Function<StateMachine, T> reading, ReadReply<T> reply) {
        boolean latest = mode != Read.ANY;
        ReadItem<T> item = new ReadItem<>(reading, reply, latest);
        awaiting.add(item);
        if (latest) {
            service.joinRound(session, item::readAt, item::confirm);
        } else {
            advance();
        }
    }

    /** Gives a sign of life; the reply comes once a quorum has confirmed the leader that heard it. */
    public void touch(Runnable onConfirmed) {
        service.joinRound(session, index -> {}, () -> {
            if (!detached) {
                onConfirmed.run();
            }
        });
    }

    /** Asks for the end of the session. {@link Client#onGone} tells of it. */
    public void closeSession() {
        service.control(new Request.CloseSession(session, false), (index, result) -> {
            if (result instanceof Result.SessionGone && !detached) {
                client.onGone();
            }
        });
    }

    /** Returns the member's state, for reading. */
    public StateMachine state() {
        return service.state();
    }

    /** Begins to tell of changes behind the state as it is. */
    public StateMachine watch(long id, Key key, Scope scope) {
        service.watches().add(new Watcher(session, id, key, scope));
        return service.state();
    }

    /** Ends a watch. */
    public void unwatch(long id) {
        if (!detached) {
            service.watches().remove(session, id);
        }
    }

    /** Ends the attachment; nothing more is told. */
    public void detach() {
        if (!detached) {
            service.detach(this);
        }
    }

    void dropped() {
        detached = true;
        awaiting.clear();
        captured.clear();
    }

    void applied(long operation, long index, Result result) {
        for (Item item : awaiting) {
            if (item instanceof Write write && write.operation.operation() == operation) {
                write.applied(index, result);
                break;
            }
        }
        advance();
    }

    void answered(long operation, long index, Result result) {
        for (Item item : awaiting) {
            if (item instanceof Write write && write.operation.operation() == operation && write.result == null) {
                write.answered(index, result);
                break;
            }
        }
        advance();
    }

    void advance() {
        while (!awaiting.isEmpty() && awaiting.element().tryCapture()) {
            captured.add(awaiting.remove());
        }
        answer();
    }

    private void answer() {
        while (!captured.isEmpty() && captured.element().confirmed) {
            captured.remove().reply();
        }
    }
}

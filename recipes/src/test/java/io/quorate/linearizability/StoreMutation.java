package io.quorate.linearizability;

import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.Operation;
import io.quorate.linearizability.testing.Outcome.Returned;
import io.quorate.linearizability.testing.Outcome.Unknown;
import io.quorate.linearizability.testing.VersionedStore;
import io.quorate.linearizability.testing.VersionedStore.Committed;
import io.quorate.linearizability.testing.VersionedStore.Found;
import io.quorate.linearizability.testing.VersionedStore.Get;
import io.quorate.linearizability.testing.VersionedStore.Input;
import io.quorate.linearizability.testing.VersionedStore.Op;
import io.quorate.linearizability.testing.VersionedStore.Output;
import io.quorate.linearizability.testing.VersionedStore.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiPredicate;

/**
 * A way to make a linearizable history of one key certainly not linearizable.
 *
 * <p>Each way is certain for a reason that does not need a checker: revisions never recur, every value is written by
 * one operation, and an operation that returned before another was called precedes it. Its comment says which.
 */
enum StoreMutation {

    /** The value of a revision is that of the one write that answered the revision. */
    READ_VALUE_SWAPPED {
        @Override
        Optional<History<Input, Output>> apply(Case given) {
            return given.pair((write, read) -> given.reads(read, write)).map(pair -> {
                Found found = (Found) output(pair.second);
                Output wrong = new Found("other than " + found.value(), found.createRevision(), found.modRevision());
                return given.replace(pair.second, answer(pair.second, wrong));
            });
        }
    },

    /** A read cannot return an entry when a later write returned before the read was called. */
    READ_IS_STALE {
        @Override
        Optional<History<Input, Output>> apply(Case given) {
            return given.pair((newer, read) -> isRead(read)
                            && newer.returnTime() < read.callTime()
                            && given.olderEntry(revision(newer)).isPresent())
                    .map(pair -> given.replace(
                            pair.second,
                            answer(
                                    pair.second,
                                    given.olderEntry(revision(pair.first)).orElseThrow())));
        }
    },

    /** A read cannot return before the write that it shows was called. */
    READ_SHIFTED_BEFORE_ITS_WRITE {
        @Override
        Optional<History<Input, Output>> apply(Case given) {
            return given.pair((write, read) -> given.reads(read, write)).map(pair -> {
                long end = pair.first.callTime() - 1;
                return given.replace(pair.second, move(pair.second, end - 2, end));
            });
        }
    },

    /** A write cannot be called after a read that shows it returned. */
    WRITE_SHIFTED_BEHIND_ITS_READ {
        @Override
        Optional<History<Input, Output>> apply(Case given) {
            return given.pair((write, read) -> given.reads(read, write)).map(pair -> {
                long start = pair.second.returnTime() + 1;
                return given.replace(pair.first, move(pair.first, start, start + 3));
            });
        }
    },

    /**
     * A value that one operation wrote, once, is not there at two revisions: not even if that operation never returned.
     */
    EFFECT_APPLIED_TWICE {
        @Override
        Optional<History<Input, Output>> apply(Case given) {
            return given.pair((later, read) -> isRead(read)
                            && output(read) instanceof Found found
                            && found.modRevision() < revision(later))
                    .map(pair -> {
                        Found found = (Found) output(pair.second);
                        long again = 1 + given.lastRevision();
                        Found twice = new Found(found.value(), found.createRevision(), again);
                        long after = Math.max(pair.first.returnTime(), pair.second.returnTime()) + 1;
                        return given.with(Operation.returned(99, after, after, pair.second.input(), twice));
                    });
        }
    },

    /** A read cannot show a revision that no write has, nor could have had. */
    ACKNOWLEDGED_WRITE_DROPPED {
        @Override
        Optional<History<Input, Output>> apply(Case given) {
            return given.pair((write, read) -> given.reads(read, write)).map(pair -> given.without(pair.first));
        }
    },

    /** Of two updates that expect the same revision, one is refused. */
    UPDATE_LOST {
        @Override
        Optional<History<Input, Output>> apply(Case given) {
            return given.pair((first, second) -> first.equals(second)
                            && first.input() instanceof Update update
                            && update.expected() != VersionedStore.ANY)
                    .map(pair -> {
                        Operation<Input, Output> first = pair.first;
                        Update update = (Update) first.input();
                        return given.with(Operation.returned(
                                99,
                                first.callTime(),
                                first.returnTime(),
                                new Update(update.key(), "the other", update.expected()),
                                new Committed(revision(first) + 1_000_000)));
                    });
        }
    };

    /** The mutated history, or empty if {@code given} offers no place for it. */
    abstract Optional<History<Input, Output>> apply(Case given);

    private static boolean isRead(Operation<Input, Output> operation) {
        return operation.input() instanceof Get && operation.outcome() instanceof Returned;
    }

    private static Output output(Operation<Input, Output> operation) {
        return ((Returned<Output>) operation.outcome()).output();
    }

    /** The revision that a successful write answered. */
    private static long revision(Operation<Input, Output> write) {
        return ((Committed) output(write)).revision();
    }

    private static Operation<Input, Output> answer(Operation<Input, Output> read, Output output) {
        return Operation.returned(read.client(), read.callTime(), read.returnTime(), read.input(), output);
    }

    private static Operation<Input, Output> move(Operation<Input, Output> operation, long call, long end) {
        return new Operation<>(operation.client(), call, end, operation.input(), operation.outcome());
    }

    /** A successful write, and another operation. */
    record Pair(Operation<Input, Output> first, Operation<Input, Output> second) {}

    /** A linearizable history of one key, with the truth about it. */
    record Case(History<Input, Output> history, Map<Long, Found> written, Random random) {

        /** A random pair of a successful write and an operation that returned. */
        Optional<Pair> pair(BiPredicate<Operation<Input, Output>, Operation<Input, Output>> wanted) {
            List<Pair> pairs = new ArrayList<>();
            for (Operation<Input, Output> write : history.operations()) {
                for (Operation<Input, Output> other : history.operations()) {
                    if (isSuccessfulWrite(write)
                            && !(other.outcome() instanceof Unknown)
                            && wanted.test(write, other)) {
                        pairs.add(new Pair(write, other));
                    }
                }
            }
            return pairs.isEmpty() ? Optional.empty() : Optional.of(pairs.get(random.nextInt(pairs.size())));
        }

        private static boolean isSuccessfulWrite(Operation<Input, Output> operation) {
            return operation.input() instanceof Op
                    && operation.outcome() instanceof Returned<Output> returned
                    && returned.output() instanceof Committed;
        }

        boolean reads(Operation<Input, Output> read, Operation<Input, Output> write) {
            return isRead(read) && output(read) instanceof Found found && found.modRevision() == revision(write);
        }

        /** The entry that was there before the write at {@code revision} and was written by an earlier one. */
        Optional<Found> olderEntry(long revision) {
            return written.values().stream()
                    .filter(found -> found.modRevision() < revision)
                    .max((a, b) -> Long.compare(a.modRevision(), b.modRevision()));
        }

        long lastRevision() {
            return written.keySet().stream().mapToLong(Long::longValue).max().orElse(0) + 1_000;
        }

        History<Input, Output> replace(Operation<Input, Output> old, Operation<Input, Output> changed) {
            List<Operation<Input, Output>> operations =
                    new ArrayList<>(without(old).operations());
            operations.add(changed);
            return History.of(operations);
        }

        History<Input, Output> with(Operation<Input, Output> added) {
            List<Operation<Input, Output>> operations = new ArrayList<>(history.operations());
            operations.add(added);
            return History.of(operations);
        }

        History<Input, Output> without(Operation<Input, Output> dropped) {
            List<Operation<Input, Output>> operations = new ArrayList<>(history.operations());
            operations.removeIf(operation -> operation.equals(dropped));
            return History.of(operations);
        }
    }
}

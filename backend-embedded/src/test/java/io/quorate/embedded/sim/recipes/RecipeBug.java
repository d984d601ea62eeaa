package io.quorate.embedded.sim.recipes;

import io.quorate.mutation.testing.Mutation;
import java.nio.file.Files;
import java.nio.file.Path;

/** Mistakes in the recipes, and in what their sessions do for them, each of which some schedule must notice. */
enum RecipeBug {

    // ---- owning

    /** A lease is believed in until the news of its end arrives. */
    DEADLINE_IS_IGNORED(Source.OWNERSHIP, "if (provenNanos() <= 0) {", "if (false) {"),
    /** The deadline is counted from the answer of a renewal, and not from its request. */
    DEADLINE_FROM_RECEIVE_TIME(
            Source.SESSION_CORE,
            "renewal.confirmed(now); } }); }",
            "renewal.confirmed(frontEnd.ticker().nanos() + 60_000_000L); } }); }"),
    /** The ticket of a lost lease stays. */
    PERMIT_LEAKS(Source.OWNERSHIP, "giveBack(); onEnd", "onEnd"),
    /** A release removes the ticket of whoever came last as well. */
    RELEASE_DELETES_A_SUCCESSOR(
            Source.OWNERSHIP,
            "session.dequeue(ticket).whenComplete((done, failure) -> givenBack(failure));",
            "session.list(ticket.queue(), io.quorate.backend.Content.KEYS, io.quorate.backend.Read.ANY)"
                    + ".thenCompose(all -> session.commit(Commit.builder().delete(all.keys().get(all.keys().size() - 1)).build()))"
                    + ".handle((result, failure) -> true).thenCompose(done -> session.dequeue(ticket))"
                    + ".whenComplete((done, failure) -> givenBack(failure));"),
    /** A release is over before the ticket is gone. */
    RELEASE_IS_OVER_TOO_EARLY(
            Source.OWNERSHIP,
            "session.closeAsync().whenComplete((closed, unclean) -> given.complete(null));",
            "given.complete(null);"),

    // ---- waiting

    /** Who waits is not woken when those ahead leave. */
    WAKE_UP_IS_LOST(Source.LINE, "public void othersChanged() { judge(); }", "public void othersChanged() {}"),
    /** Who is ahead is taken from a list that is one ticket short. */
    CHILDREN_ARE_STALE(
            Source.SIGHT,
            "line = new LinkedHashSet<>(ticket.ahead());",
            "line = new LinkedHashSet<>(ticket.ahead().subList(0, Math.max(0, ticket.ahead().size() - 1)));"),
    /** All who were in the line count as gone once one of them has left. */
    ONE_DEPARTURE_CLEARS_THE_LINE(
            Source.SIGHT, "retain(before, entry -> present.contains(entry.key()));", "retain(before, entry -> false);"),
    /** Who gives up leaves the ticket behind. */
    GIVING_UP_KEEPS_THE_TICKET(Source.LINE, "} else { giveBack(ticket); judge(); }", "} else { judge(); }"),
    /** An attempt ends with the session on which it began. */
    ATTEMPT_ENDS_WITH_ITS_SESSION(
            Source.ACQUISITION,
            "if (cause instanceof SessionExpiredException) { attempt(); } else {",
            "if (cause instanceof SessionExpiredException) { } else {"),
    /** What closes a gap is told ahead of the connection that it is about. */
    GAP_IS_TOLD_TOO_EARLY(Source.DELIVERIES, "link++;", ""),
    /** A reader passes the writer ahead of it. */
    READER_PASSES_A_WRITER(
            Source.READ_WRITE,
            "if (!entry.label().equals(READ) && !queue.sharing().contains(entry)) {",
            "if (i == 0 && !entry.label().equals(READ) && !queue.sharing().contains(entry)) {"),
    /** Each of those ahead counts for one permit. */
    WEIGHTS_ARE_IGNORED(Source.SEMAPHORE, "taken += weight(entry.label());", "taken++;"),
    /** Of several locks the first is enough. */
    FIRST_OF_SEVERAL_IS_ENOUGH(Source.ACQUISITION, "if (owned.size() < request.queues().size()) { return; }", ""),

    // ---- leading

    /** A latch stands once. */
    NO_REQUEUE_AFTER_A_TERM(Source.LATCH, "if (!closing) { candidacy.enter(); }", ""),
    /** A closed latch stays in the queue. */
    CLOSE_DOES_NOT_LEAVE(Source.LATCH, "candidacy.leave(); Term last", "Term last"),
    /** The end of a term is told only if it was lost. */
    STEPPING_DOWN_IS_NOT_TOLD(
            Source.LATCH,
            "listeners.lost(leading.term(), cause);",
            "if (cause != LossCause.RELEASED) { listeners.lost(leading.term(), cause); }"),
    /** Nobody is told that a term has ended. */
    END_IS_NOT_TOLD(Source.OWNERSHIP, "onEnd.accept(cause);", ""),
    /** A body that has ended keeps the leadership. */
    BODY_THAT_ENDED_KEEPS_LEADING(
            Source.ELECTION,
            "run.term.release(); finishIfOver(run); } private void finishIfOver",
            "finishIfOver(run); } private void finishIfOver"),
    /** An election stands for one term. */
    ELECTION_DOES_NOT_STAND_AGAIN(
            Source.ELECTION, "candidacy.enterAfter(pauseAfter(failure));", "pauseAfter(failure);"),

    // ---- configuration and breakers

    /** A commit is looked at key by key. */
    TWO_REVISIONS_ARE_MIXED(
            Source.CONFIG,
            "offer(new Source(view.apply(batch), ConfigOrigin.BACKEND));",
            "for (io.quorate.backend.Change each : batch.changes()) { offer(new Source(view.apply("
                    + "new WatchBatch(batch.revision(), batch.initial(), batch.gap(), List.of(each))), ConfigOrigin.BACKEND)); }"),
    /** A watcher ends with the session on which it began. */
    WATCHER_ENDS_WITH_ITS_SESSION(
            Source.FEED,
            "if (session.state().isTerminal()) { connect(); } else {",
            "if (session.state().isTerminal()) { } else {");

    /** The sources. */
    private static final class Source {
        static final String OWNERSHIP = "recipes/internal/Ownership.java";
        static final String LINE = "recipes/internal/WaitingLine.java";
        static final String SIGHT = "recipes/internal/QueueSight.java";
        static final String ACQUISITION = "recipes/internal/Acquisition.java";
        static final String READ_WRITE = "recipes/internal/lock/ReadWriteRules.java";
        static final String SEMAPHORE = "recipes/internal/lock/SemaphoreRule.java";
        static final String LATCH = "recipes/internal/leader/QueueLeaderLatch.java";
        static final String ELECTION = "recipes/internal/leader/QueueLeaderElection.java";
        static final String CONFIG = "recipes/internal/config/LiveConfig.java";
        static final String FEED = "recipes/internal/config/Feed.java";
        static final String SESSION_CORE = "backend-embedded/embedded/session/SessionCore.java";
        static final String DELIVERIES = "backend-embedded/embedded/session/WatchDeliveries.java";
    }

    private final String source;
    private final String find;
    private final String replace;

    RecipeBug(String source, String find, String replace) {
        this.source = source;
        this.find = find;
        this.replace = replace;
    }

    /** Returns the change of the source. Works in the directory of the project and in that of a module. */
    Mutation mutation() {
        String module = source.substring(0, source.indexOf('/'));
        Path project = Files.isDirectory(Path.of(module)) ? Path.of("") : Path.of("..");
        Path sources = project.resolve(module).resolve("src/main/java/io/quorate");
        return new Mutation(sources, source.substring(module.length() + 1), find, replace);
    }
}

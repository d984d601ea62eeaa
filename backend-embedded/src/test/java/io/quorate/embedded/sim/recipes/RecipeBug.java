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
            "session.dequeue(ticket).whenComplete((done, failure) -> {",
            "session.list(ticket.queue(), io.quorate.backend.Content.KEYS, io.quorate.backend.Read.ANY)"
                    + ".thenCompose(all -> session.commit(Commit.builder().delete(all.keys().get(all.keys().size() - 1)).build()))"
                    + ".handle((result, failure) -> true).thenCompose(done -> session.dequeue(ticket))"
                    + ".whenComplete((done, failure) -> {"),
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
    /** Whose turn has come has it, be the ticket there or not. */
    OWNER_IS_NOT_CHECKED_AFTER_THE_WAIT(
            Source.SIGHT,
            "Ticket ticket = own.remove(entry); if (ticket != null) { tickets.add(ticket); }",
            "Ticket ticket = own.get(entry); if (ticket != null) { line.add(entry); }"),
    /** Who is missing when the queue is read are the others only. */
    READING_OVERLOOKS_OWN_TICKETS(Source.SIGHT, "retainOwn(before, present);", "uncertain.clear();"),
    /** The next session takes the ticket of the one before for its own, and for granted. */
    TICKET_OF_THE_FORMER_SESSION_IS_ADOPTED(
            Source.ACQUISITION,
            "public void failed(QuorateException cause) { if (giveUp()) { endedBy(cause); } }",
            "public void failed(QuorateException cause) {"
                    + " Ticket former = places.size() == 1 ? places.get(0).ticket() : null;"
                    + " if (former != null && cause instanceof SessionExpiredException) {"
                    + " sessions.current().thenAccept(next -> complete(List.of(own(next.session(), former))));"
                    + " } else if (giveUp()) { endedBy(cause); } }"),
    /** What changed while there was no connection is not told. */
    GAP_IS_NOT_TOLD(
            Source.GROUP,
            "if (!served.isEmpty()) { deliveries.toAll(new WatchBatch(revision, false, true, changes), servedNow()); }",
            ""),
    /** Who has left while there was no connection still counts. */
    DEPARTURE_IN_A_GAP_IS_MISSED(
            Source.SIGHT,
            "if (!isThere) { gone(entry, number);",
            "if (!isThere && !batch.gap()) { gone(entry, number);"),
    /** Who has to wait gives up. */
    GIVES_UP_INSTEAD_OF_WAITING(
            Source.ACQUISITION, "queued = true; if (request.onlyAtOnce()) { nothing(); }", "queued = true; nothing();"),
    /** Who only tries takes any queue for a full one. */
    TRYING_GIVES_UP_TOO_EARLY(
            Source.LOOK,
            "looks.stream().allMatch(CompletableFuture::join) ? Optional.of(sharing) : Optional.empty()",
            "Optional.empty()"),
    /** What is granted to one who has just given up stays granted. */
    UNWANTED_GRANT_IS_KEPT(
            Source.ACQUISITION,
            "if (!result.complete(toResult.of(Optional.of(all)))) { all.forEach(Ownership::release); }",
            "result.complete(toResult.of(Optional.of(all)));"),
    /** The owner of a ticket that somebody else has removed is not told. */
    REMOVAL_IS_NOT_NOTICED(Source.LINE, "lost.forEach(ownership -> ownership.lose(LossCause.ENTRY_DELETED));", ""),
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
    /** A semaphore lets one more in than it has permits. */
    ONE_PERMIT_TOO_MANY(Source.SEMAPHORE, "if (taken + weight > permits) {", "if (taken + weight > permits + 1) {"),
    /** The number of permits is that of the beginning for ever. */
    PERMITS_ARE_READ_ONCE(
            Source.TERMS,
            "entry = change instanceof Change.Put put ? put.entry() : null;",
            "entry = change instanceof Change.Put put && entry == null ? put.entry() : entry;"),
    /** A writer passes one who goes on as a reader. */
    WRITER_PASSES_A_FORMER_WRITER(
            Source.RULE,
            "GrantRule FIRST_ONLY = queue -> queue.ahead().isEmpty()",
            "GrantRule FIRST_ONLY = queue -> queue.sharing().containsAll(queue.ahead())"),
    /** The last of the holders is not told that somebody asks for it. */
    REVOCATION_MISSES_THE_LAST_HOLDER(
            Source.REVOCATION, "request.upTo() >= ticket.revision()", "request.upTo() > ticket.revision()"),
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
    /** The next term begins while the body of the one before still works. */
    NEXT_TERM_DOES_NOT_WAIT_FOR_THE_BODY(
            Source.ELECTION, "if (!run.lost || !run.ended || current != run) {", "if (!run.lost || current != run) {"),
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
            "if (session.state().isTerminal()) { } else {"),
    /** Who goes back to an earlier revision keeps the keys that came later. */
    TAKING_BACK_KEEPS_NEWER_KEYS(
            Source.PUBLISHER,
            "ConfigUpdate.replaceAll(content.entries())",
            "content.entries().keys().stream().reduce(ConfigUpdate.create(),"
                    + " (update, key) -> update.set(key, content.entries().text(key).orElse(\"\")), (one, other) -> one)"),
    /** Whoever judges an older state writes over a newer one. */
    EPOCH_IS_NOT_GUARDED(Source.SEAT, "rules.expectedRevision(judged.modRevision())", "Op.ANY_REVISION"),
    /** There is a permit for whoever asks. */
    PERMITS_ARE_NOT_LIMITED(Source.PERMITS, "return rules.looksForAFreeSlot() ? -1 : slots", "return slots"),
    /** A permit is given whatever the state is by then. */
    PERMIT_IS_GIVEN_UNDER_ANOTHER_STATE(Source.PERMITS, "if (rules.guardsPermits()) {", "if (false) {"),
    /** A probe begins before its permit is there. */
    PROBE_DOES_NOT_WAIT_FOR_ITS_PERMIT(
            Source.PERMITS,
            "if (permit.stage == Stage.FREE && permit.epoch == half.epoch()",
            "if ((permit.stage == Stage.FREE || permit.stage == Stage.REQUESTED) && permit.epoch == half.epoch()"),
    /** Who has once been alone stays alone. */
    BREAKER_STAYS_ALONE(Source.CIRCUIT, "(rules.rejoins() || !wasDetached)", "!wasDetached"),
    /** What was decided alone outlasts the next state of all. */
    DECISION_MADE_ALONE_LASTS(
            Source.CIRCUIT, "if (otherPhase || !(seen.phase() instanceof Phase.Closed)) { local.reset(now); }", "");

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
        static final String LOOK = "recipes/internal/Look.java";
        static final String TERMS = "recipes/internal/Terms.java";
        static final String RULE = "recipes/internal/GrantRule.java";
        static final String REVOCATION = "recipes/internal/Revocation.java";
        static final String PUBLISHER = "recipes/internal/config/TreePublisher.java";
        static final String SEAT = "recipes/internal/breaker/Seat.java";
        static final String PERMITS = "recipes/internal/breaker/Permits.java";
        static final String CIRCUIT = "recipes/internal/breaker/Circuit.java";
        static final String GROUP = "backend-embedded/embedded/session/WatchGroup.java";
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

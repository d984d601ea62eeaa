package io.quorate.embedded.testing;

import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOptions;
import io.quorate.embedded.session.ClientSession;
import io.quorate.embedded.session.EmbeddedBackend;
import io.quorate.embedded.session.EnsembleControls;
import io.quorate.embedded.tree.SessionView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What tests leave behind in an ensemble: how it is found, and how it is cleared away. */
final class Remains {

    /** What is being taken away when a test ends has this long to go. */
    static final Duration GRACE = Duration.ofSeconds(5);

    /** How often to look for the end of a deletion before anything is waited for: members in memory need a few rounds. */
    private static final int LOOKS_AT_ONCE = 50;

    private static final Duration OPERATOR_TIMEOUT = Duration.ofSeconds(60);

    private final TestEnsemble ensemble;
    private final EnsembleControls controls;
    private final EmbeddedBackend operator;
    private @Nullable Session session;

    Remains(TestEnsemble ensemble, EnsembleControls controls) {
        this.ensemble = ensemble;
        this.controls = controls;
        this.operator = controls.newClient();
    }

    // ---- clearing away

    /**
     * What is to be cleared away.
     *
     * @param sessions those of clients that are not kept
     * @param keys entries that no kept client needs, children before their parents
     */
    private record Left(List<Long> sessions, List<Key> keys) {

        boolean isNothing() {
            return sessions.isEmpty() && keys.isEmpty();
        }
    }

    /** Ends the sessions and deletes the entries of all but the clients that are kept: mostly one look and one commit. */
    void clear() {
        for (Left left = look(); !left.isNothing(); left = look()) {
            left.sessions().forEach(ensemble::expire);
            // What the sessions owned has gone with them, so that it takes another look to tell what has not.
            if (left.sessions().isEmpty() && delete(left.keys())) {
                return;
            }
        }
    }

    private Left look() {
        return controls.onLoop(() -> new Left(sessionsToEnd(), keysToDelete()));
    }

    private List<Long> sessionsToEnd() {
        Set<SessionId> kept = keptSessions();
        return ensemble.newest().state().sessions().stream()
                .map(SessionView::id)
                .filter(id -> !kept.contains(new SessionId(id)))
                .toList();
    }

    private Set<SessionId> keptSessions() {
        Set<SessionId> kept = new HashSet<>();
        for (ClientSession open : controls.sessions()) {
            if (isKept(open)) {
                kept.add(open.id());
            }
        }
        return kept;
    }

    private boolean isKept(ClientSession open) {
        TestClient client = clientOf(open);
        return open.client() == operator || (client != null && client.keeps());
    }

    private @Nullable TestClient clientOf(ClientSession open) {
        return ensemble.clients().stream()
                .filter(client -> client.backend() == open.client())
                .findFirst()
                .orElse(null);
    }

    private List<Key> keysToDelete() {
        Set<SessionId> kept = keptSessions();
        Set<Key> needed = new HashSet<>();
        List<Key> others = new ArrayList<>();
        for (Entry entry : entries()) {
            if (entry.owner() != null && kept.contains(entry.owner())) {
                for (Key above = entry.key(); !above.isRoot(); above = parent(above)) {
                    needed.add(above);
                }
            } else {
                others.add(entry.key());
            }
        }
        others.removeAll(needed);
        others.sort(Comparator.reverseOrder());
        return others;
    }

    private static Key parent(Key key) {
        return key.parent().orElse(Key.ROOT);
    }

    private List<Entry> entries() {
        return ensemble.newest().state().snapshot(Key.ROOT).entries().stream()
                .filter(entry -> !entry.key().isRoot())
                .toList();
    }

    /** Deletes these; returns whether they all were there still. */
    private boolean delete(List<Key> keys) {
        int most = operator.capabilities().maxCommitSize();
        for (int from = 0; from < keys.size(); from += most) {
            List<Key> some = keys.subList(from, Math.min(keys.size(), from + most));
            Commit.Builder deletion = Commit.builder();
            some.forEach(deletion::delete);
            CompletableFuture<CommitResult> deleted = operatorSession().commit(deletion.build());
            // Whoever looks drives the members, so that nobody has to wake up for it.
            int looks = 0;
            while (looks < LOOKS_AT_ONCE && !isOver(deleted, some)) {
                looks++;
            }
            ensemble.await("entries are deleted", () -> isOver(deleted, some));
            if (deleted.isCompletedExceptionally() && isRefused(deleted)) {
                // The ensemble has removed an empty parent by itself: look again.
                return false;
            }
        }
        return true;
    }

    private boolean isOver(CompletableFuture<CommitResult> deletion, List<Key> keys) {
        return deletion.isDone()
                || controls.onLoop(() -> keys.stream()
                        .allMatch(key -> ensemble.newest().state().get(key).isEmpty()));
    }

    /** Returns whether a commit failed because something had changed; throws what else it failed with. */
    private static boolean isRefused(CompletableFuture<CommitResult> failed) {
        try {
            failed.join();
            return false;
        } catch (CompletionException e) {
            if (e.getCause() instanceof CommitFailedException) {
                return true;
            }
            throw e;
        }
    }

    private Session operatorSession() {
        Session open = session;
        if (open == null || open.state().isTerminal()) {
            open = operator.open(new SessionOptions("quorate-testing", OPERATOR_TIMEOUT, Key.ROOT))
                    .join();
            session = open;
        }
        return open;
    }

    // ---- finding

    /** Waits a moment until nothing is left of what clients hold, and returns what is, one line each. */
    List<String> awaitNone() {
        List<List<String>> found = new ArrayList<>(List.of(List.of()));
        boolean none = ensemble.comesAbout(GRACE, () -> {
            found.set(0, controls.onLoop(this::find));
            return found.get(0).isEmpty();
        });
        return none ? List.of() : found.get(0);
    }

    private List<String> find() {
        Map<SessionId, List<String>> owned = new HashMap<>();
        for (Entry entry : entries()) {
            if (entry.owner() != null) {
                owned.computeIfAbsent(entry.owner(), id -> new ArrayList<>())
                        .add(entry.key().toString());
            }
        }
        List<String> leaks = new ArrayList<>();
        Set<SessionId> open = new HashSet<>();
        for (ClientSession found : controls.sessions()) {
            open.add(found.id());
            if (!isKept(found)) {
                describe(found, owned.getOrDefault(found.id(), List.of()), leaks);
            }
        }
        for (SessionView view : ensemble.newest().state().sessions()) {
            if (!open.contains(new SessionId(view.id()))) {
                leaks.add("session " + view.id() + " of '" + view.ownerName()
                        + "': its client is gone and the ensemble still has it");
            }
        }
        return leaks;
    }

    private void describe(ClientSession found, List<String> entries, List<String> leaks) {
        TestClient client = clientOf(found);
        String owner = found.options().ownerName();
        if (client == null) {
            leaks.add("session " + found.id() + " of '" + owner
                    + "' is open: the test has opened this client and must close it"
                    + (entries.isEmpty() ? "" : "; it owns " + entries)
                    + (found.openWatches().isEmpty() ? "" : "; it watches " + found.openWatches()));
            return;
        }
        for (String entry : entries) {
            leaks.add("entry " + entry + " of '" + owner
                    + "': close the lease, latch, election or other recipe that holds it");
        }
        for (String watch : found.openWatches()) {
            leaks.add("watch " + watch + " of '" + owner
                    + "': close the watcher, latch, election or breaker it belongs to");
        }
    }

    /** Returns the threads that clients have left running, one line each. */
    static List<String> liveThreads(Set<String> owners) {
        ThreadGroup root = Objects.requireNonNull(Thread.currentThread().getThreadGroup());
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] all = new Thread[root.activeCount() * 2 + 16];
        int count = root.enumerate(all);
        List<String> leaks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Thread thread = all[i];
            if (owners.stream().anyMatch(owner -> isOf(owner, thread.getName()))) {
                leaks.add("thread " + thread.getName() + " still runs" + where(thread));
            }
        }
        return leaks;
    }

    /** Tells the place in the test's or the application's code, if there is one. */
    private static String where(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .filter(frame -> !frame.getClassName().startsWith("java.")
                        && !frame.getClassName().startsWith("jdk.")
                        && !frame.getClassName().startsWith("io.quorate.internal."))
                .findFirst()
                .map(frame -> ", at " + frame)
                .orElse("");
    }

    private static boolean isOf(String owner, String thread) {
        return thread.startsWith("quorate-callback-" + owner + "-") || thread.equals("quorate-timer-" + owner);
    }
}

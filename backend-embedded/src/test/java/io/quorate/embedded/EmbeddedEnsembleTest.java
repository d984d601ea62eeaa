package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Key;
import io.quorate.backend.OverloadedException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.embedded.session.ClientSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a user of the ensemble itself can rely on. */
class EmbeddedEnsembleTest {

    private static final Key KEY = Key.of("/a");

    private final EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(3);

    @AfterEach
    void close() {
        ensemble.close();
    }

    private Session open() {
        return Writers.await(ensemble.backend().open(SessionOptions.of("tester").withTimeout(Duration.ofSeconds(30))));
    }

    private int sessionsKept() {
        return ensemble.onLoop(() -> ensemble.members().stream()
                .mapToInt(member -> member.state().sessions().size())
                .max()
                .orElse(0));
    }

    @Test
    void startedEnsembleNamesItsLeader() {
        assertThat(ensemble.leader()).isEmpty();
        ensemble.start();
        int leader = ensemble.leader().orElseThrow();
        assertThat(ensemble.status()).hasSize(3);
        MemberStatus status = ensemble.status().get(leader - 1);
        assertThat(status.role()).isEqualTo(BackendView.Role.LEADER);
        assertThat(status.toString()).contains("member " + leader, "LEADER", "epoch 1");
        assertThat(ensemble.toString()).contains("member 1", "member 2", "member 3");
    }

    @Test
    void stoppedMemberIsDescribedAsUnreachableAndMayStartAgain() {
        ensemble.start();
        ensemble.stop(2);
        assertThat(ensemble.status().get(1).toString()).isEqualTo("member 2 STOPPED");
        ensemble.stop(2);
        ensemble.start(2);
        assertThatIllegalStateException().isThrownBy(() -> ensemble.start(2)).withMessageContaining("runs already");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> ensemble.status().get(1).condition() == MemberStatus.Condition.RUNNING);
    }

    @Test
    void memberThatDoesNotExistIsRefused() {
        ensemble.start();
        assertThatIllegalArgumentException().isThrownBy(() -> ensemble.stop(4)).withMessageContaining("no member 4");
        assertThatIllegalArgumentException().isThrownBy(() -> ensemble.start(0)).withMessageContaining("1 to 3");
    }

    @Test
    void ensembleThatDoesNotRunRefusesWhatNeedsOne() {
        assertThatIllegalStateException().isThrownBy(() -> ensemble.stop(1)).withMessageContaining("start it first");
        ensemble.close();
        assertThatIllegalStateException().isThrownBy(() -> ensemble.start(1));
        assertThatIllegalStateException().isThrownBy(ensemble::backend);
    }

    @Test
    void threadsEndWithTheEnsemble() {
        ensemble.start();
        List<Thread> mine = threads();
        assertThat(mine).isNotEmpty();
        Session session = open();
        Writers.await(session.get(KEY, Read.LATEST));
        mine = threads();
        ensemble.close();
        assertThat(mine).noneMatch(Thread::isAlive);
        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("quorate"))
                .toList();
    }

    @Test
    void closedIsPublishedBeforeTheMembersHearOfIt() {
        ensemble.start();
        Session session = open();
        long id = session.id().value();
        Writers.await(session.commit(Commit.builder().createOwned(KEY, null).build()));
        AtomicBoolean stillThere = new AtomicBoolean();
        Subscription unused = session.onState(state -> stillThere.set(ensemble.onLoop(() -> ensemble.members().stream()
                .allMatch(member -> member.state().session(id).isPresent()))));
        session.close();
        assertThat(stillThere).isTrue();
        assertThat(sessionsKept()).isZero();
    }

    @Test
    void openingThatMustBeRepeatedLeavesNoSecondSession() {
        ensemble.start();
        Backend backend = ensemble.backend();
        List<CompletableFuture<Session>> openings = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            int leader = ensemble.leader().orElseThrow();
            for (int i = 0; i < 40; i++) {
                openings.add(backend.open(SessionOptions.of("opener").withTimeout(Duration.ofSeconds(60))));
            }
            ensemble.kill(leader);
            ensemble.start(leader);
            openings.forEach(Writers::await);
        }
        assertThat(sessionsKept()).isEqualTo(openings.size());
    }

    @Test
    void tooManyOperationsAreRefusedBeforeTheyAreQueued() {
        ensemble.start();
        ClientSession session = (ClientSession) open();
        Writers.await(session.commit(Commit.builder().create(KEY, null).build()));
        session.cut();
        List<CompletableFuture<CommitResult>> admitted = new ArrayList<>();
        CompletableFuture<CommitResult> last = update(session);
        while (!last.isCompletedExceptionally()) {
            admitted.add(last);
            last = update(session);
        }
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(last::get)
                .withCauseInstanceOf(OverloadedException.class)
                .withMessageContaining("8192 operations of a session");
        session.restore();
        admitted.forEach(Writers::await);
        Writers.await(update(session));
    }

    private static CompletableFuture<CommitResult> update(Session session) {
        return session.commit(Commit.builder().update(KEY, Bytes.utf8("v")).build());
    }

    @Test
    void readIsNotOvertakenByALaterWriteWhenTheLinkBreaks() {
        ensemble.start();
        ClientSession session = (ClientSession) open();
        Writers.await(
                session.commit(Commit.builder().create(KEY, Bytes.utf8("0")).build()));
        for (int i = 1; i <= 50; i++) {
            String before = String.valueOf(i - 1);
            var read = session.get(KEY, Read.LATEST);
            var write = session.commit(
                    Commit.builder().update(KEY, Bytes.utf8(String.valueOf(i))).build());
            if (i % 2 == 0) {
                session.cut();
                session.restore();
            }
            assertThat(Writers.await(read).orElseThrow().value()).isEqualTo(Bytes.utf8(before));
            Writers.await(write);
        }
    }
}

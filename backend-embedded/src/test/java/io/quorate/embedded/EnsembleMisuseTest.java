package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Key;
import io.quorate.backend.NoQuorumException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.embedded.log.Disk;
import io.quorate.embedded.member.EnsembleDisks;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users get wrong is told at once, with what to do instead; what they interrupt ends in good order. */
final class EnsembleMisuseTest {

    private static final SessionOptions OPTIONS = SessionOptions.of("misuser").withTimeout(Duration.ofSeconds(30));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path parent;

    @Test
    void startingTwiceIsStartingOnce() {
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(1)) {
            assertThat(ensemble.start()).isSameAs(ensemble);
            Session session = Writers.await(ensemble.backend().open(OPTIONS));
            assertThat(ensemble.start()).isSameAs(ensemble);
            assertThat(session.state()).isEqualTo(SessionState.CONNECTED);
        }
    }

    @Test
    void closedEnsembleRefusesEverythingButBeingLookedAt() {
        EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(3).start();
        Backend backend = ensemble.backend();
        ensemble.close();
        ensemble.close();
        assertThatIllegalStateException().isThrownBy(ensemble::start).withMessageContaining("create another one");
        assertThatIllegalStateException().isThrownBy(ensemble::backend).withMessageContaining("create another one");
        assertThatIllegalStateException()
                .isThrownBy(() -> backend.open(OPTIONS))
                .withMessageContaining("this backend is closed");
        assertThatIllegalStateException().isThrownBy(() -> ensemble.stop(1)).withMessageContaining("not running");
        assertThatIllegalStateException().isThrownBy(() -> ensemble.kill(1)).withMessageContaining("not running");
        assertThatIllegalStateException().isThrownBy(() -> ensemble.start(1)).withMessageContaining("not running");
        assertThat(ensemble.leader()).isEmpty();
        assertThat(ensemble.status())
                .hasSize(3)
                .allSatisfy(member -> assertThat(member.condition()).isEqualTo(MemberStatus.Condition.STOPPED));
    }

    @Test
    void ensembleThatWasNeverStartedCanBeClosed() {
        EmbeddedEnsemble ensemble = EmbeddedEnsemble.durable(parent.resolve("unused"), 3);
        ensemble.close();
        assertThat(parent.resolve("unused")).doesNotExist();
    }

    @Test
    void sessionOfAnEnsembleThatIsNotStartedFailsWithWhatToDo() {
        EnsembleConfig config = EnsembleConfig.inMemory(1).withConnectionTimeout(Duration.ofMillis(50));
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.of(config)) {
            CompletableFuture<Session> early = ensemble.backend().open(OPTIONS);
            ensemble.start();
            Writers.await(early.handle((session, failure) -> true));
            Writers.await(ensemble.backend().open(OPTIONS));
        }
    }

    @Test
    void memberThatDoesNotExistIsNamedWithThoseThatDo() {
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(1).start()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ensemble.kill(2))
                    .withMessage("there is no member 2; the ids are 1 only");
        }
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(3).start()) {
            for (int id : new int[] {Integer.MIN_VALUE, -1, 0, 4, Integer.MAX_VALUE}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> ensemble.kill(id))
                        .withMessage("there is no member " + id + "; the ids are 1 to 3");
            }
        }
    }

    @Test
    void ensembleWithoutAQuorumServesNothingAndGoesOnOnceThereIsOne() {
        EnsembleConfig config = EnsembleConfig.inMemory(3).withConnectionTimeout(Duration.ofMillis(300));
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.of(config).start()) {
            Session session = Writers.await(ensemble.backend().open(OPTIONS));
            ensemble.stop(1);
            ensemble.kill(2);
            ensemble.kill(2);
            CompletableFuture<CommitResult> waiting =
                    session.commit(Commit.builder().create(Key.of("/a"), null).build());
            assertThatExceptionOfType(NoQuorumException.class)
                    .isThrownBy(() -> DurableEnsemble.await(ensemble.backend().open(OPTIONS)))
                    .withMessageContaining("retry when enough members run");
            assertThat(waiting).isNotDone();
            assertThat(ensemble.leader()).isEmpty();
            ensemble.start(2);
            Writers.await(waiting);
            ensemble.stop(3);
            ensemble.stop(2);
            assertThatExceptionOfType(BackendUnavailableException.class)
                    .isThrownBy(() -> DurableEnsemble.await(ensemble.backend().open(OPTIONS)))
                    .withMessageContaining("no member of the ensemble runs");
        }
    }

    @Test
    void interruptedStartClosesTheEnsembleAndKeepsTheInterrupt() {
        EmbeddedEnsemble ensemble = EmbeddedEnsemble.durable(parent.resolve("interrupted"), 3);
        Thread.currentThread().interrupt();
        try {
            assertThatExceptionOfType(BackendUnavailableException.class)
                    .isThrownBy(ensemble::start)
                    .withMessageContaining("interrupted while the ensemble started; it is closed");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(ensemble.isClosed()).isTrue();
    }

    @Test
    void interruptDoesNotKeepAMemberFromStopping() {
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(3).start()) {
            Thread.currentThread().interrupt();
            ensemble.stop(2);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(ensemble.status().get(1).condition()).isEqualTo(MemberStatus.Condition.STOPPED);
        }
    }

    @Test
    void interruptedCloseKeepsTheInterrupt() {
        EmbeddedEnsemble ensemble =
                EmbeddedEnsemble.durable(parent.resolve("closed"), 1).start();
        Thread.currentThread().interrupt();
        ensemble.close();
        assertThat(Thread.interrupted()).isTrue();
        ensemble.close();
    }

    // ---- directories that cannot be used

    @Test
    void fileInThePlaceOfTheDirectoryIsRefused() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "not a directory");
        for (Path path : new Path[] {file, file.resolve("below")}) {
            try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.durable(path, 3)) {
                assertThatExceptionOfType(DataDirectoryException.class)
                        .isThrownBy(ensemble::start)
                        .withMessageContaining(file.toString())
                        .withMessageContaining("is not a directory");
            }
        }
        assertThat(file).hasContent("not a directory");
    }

    private static EnsembleDisks disksThatFailWith(IOException failure) {
        return new EnsembleDisks() {
            @Override
            public Disk ensemble() throws IOException {
                throw failure;
            }

            @Override
            public Disk member(int id) throws IOException {
                throw failure;
            }
        };
    }

    private static DataDirectoryException refusal(IOException failure) {
        AtomicReference<DataDirectoryException> refusal = new AtomicReference<>();
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.on(disksThatFailWith(failure), EnsembleConfig.inMemory(3))) {
            assertThatExceptionOfType(DataDirectoryException.class)
                    .isThrownBy(ensemble::start)
                    .satisfies(refusal::set);
        }
        return Objects.requireNonNull(refusal.get());
    }

    @Test
    void directoryThatMayNotBeWrittenIsRefusedByNameAndWithWhatToDo() {
        DataDirectoryException denied = refusal(new AccessDeniedException("/srv/app"));
        assertThat(denied.reason()).isEqualTo(DataDirectoryException.Reason.INACCESSIBLE);
        assertThat(denied)
                .hasMessageContaining("may not read or write /srv/app")
                .hasMessageContaining("choose");
        DataDirectoryException readOnly =
                refusal(new FileSystemException("/srv/app/lock", null, "Read-only file system"));
        assertThat(readOnly.reason()).isEqualTo(DataDirectoryException.Reason.INACCESSIBLE);
        assertThat(readOnly).hasMessageContaining("/srv/app/lock is on a file system that is read-only");
    }

    @Test
    void diskThatFailsIsToldApartFromOneThatMayNotBeUsed() {
        DataDirectoryException failed = refusal(new IOException("Input/output error"));
        assertThat(failed.reason()).isEqualTo(DataDirectoryException.Reason.FAILED);
        assertThat(failed).hasMessageContaining("Input/output error");
    }

    // ---- URIs

    @Test
    @SuppressWarnings("try") // Closing early is what the test is about.
    void sessionOfABackendWhoseEnsembleCannotStartFailsOnItsLane() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "x");
        try (Backend backend = new EmbeddedBackendProvider().create(URI.create("embedded:" + file))) {
            AtomicReference<String> thread = new AtomicReference<>();
            CompletableFuture<Boolean> told = backend.open(OPTIONS).handle((session, failure) -> {
                thread.set(Thread.currentThread().getName());
                // What a user may do there; on a thread of the ensemble it would wait for itself.
                backend.close();
                return failure instanceof DataDirectoryException;
            });
            assertThat(Writers.await(told)).isTrue();
            assertThat(thread.get()).isNotEqualTo("quorate-ensemble");
        }
    }
}

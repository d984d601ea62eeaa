package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Order: operations of one session on one key apply in the order in which they were issued, and nobody has to wait. */
interface OrderContract extends ContractWorld {

    int IN_FLIGHT = 100;

    @Test
    @Guarantee(3)
    default void commitsInFlightOnOneKeyApplyInIssueOrder() {
        Session session = open();
        create(session, A, "start");
        assertRising(issueUpdates(session));
        assertThat(text(session, A)).isEqualTo("v" + (IN_FLIGHT - 1));
    }

    @Test
    @Guarantee({3, 9})
    default void commitsInFlightApplyInIssueOrderAcrossAReconnection() {
        fixture().require(Fault.CUT);
        Session session = open();
        create(session, A, "start");
        List<CompletableFuture<CommitResult>> updates = issueUpdates(session);
        await(updates.get(0));
        fixture().cut(session);
        fixture().restore(session);
        assertRising(updates);
        assertThat(text(session, A)).isEqualTo("v" + (IN_FLIGHT - 1));
    }

    @Test
    @Guarantee({3, 9})
    default void commitsInFlightApplyInIssueOrderWhenTheFirstRequestIsLost() {
        fixture().require(Fault.LOSE_REQUEST);
        Session session = open();
        create(session, A, "start");
        fixture().loseNextRequest(session);
        assertRising(issueUpdates(session));
        assertThat(text(session, A)).isEqualTo("v" + (IN_FLIGHT - 1));
    }

    private List<CompletableFuture<CommitResult>> issueUpdates(Session session) {
        List<CompletableFuture<CommitResult>> updates = new ArrayList<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
            updates.add(session.commit(updating(A, "v" + i)));
        }
        return updates;
    }

    private void assertRising(List<CompletableFuture<CommitResult>> updates) {
        List<Long> revisions =
                updates.stream().map(update -> await(update).revision()).toList();
        assertThat(revisions).isSorted().doesNotHaveDuplicates();
    }

    @Test
    @Guarantee(3)
    default void readSeesTheCommitsIssuedBeforeIt() {
        Session session = open();
        List<CompletableFuture<CommitResult>> commits = new ArrayList<>();
        List<CompletableFuture<Optional<Entry>>> reads = new ArrayList<>();
        commits.add(
                session.commit(Commit.builder().create(A, Bytes.utf8("start")).build()));
        for (int i = 0; i < 20; i++) {
            commits.add(session.commit(updating(A, "v" + i)));
            reads.add(session.get(A, i % 2 == 0 ? Read.LATEST : Read.ANY));
        }
        for (int i = 0; i < 20; i++) {
            Entry read = await(reads.get(i)).orElseThrow();
            assertThat(read.modRevision())
                    .as("read behind update %d", i)
                    .isEqualTo(await(commits.get(i + 1)).revision());
        }
    }

    @Test
    @Guarantee(3)
    default void commitThatFailsDoesNotHoldUpThoseBehindIt() {
        Session session = open();
        CompletableFuture<CommitResult> first =
                session.commit(Commit.builder().create(A, Bytes.utf8("1")).build());
        CompletableFuture<CommitResult> second =
                session.commit(Commit.builder().create(A, Bytes.utf8("2")).build());
        CompletableFuture<CommitResult> third = session.commit(updating(A, "3"));
        await(first);
        failure(KeyExistsException.class, second);
        await(third);
        assertThat(text(session, A)).isEqualTo("3");
    }

    @Test
    @Guarantee(3)
    default void operationsOfDifferentKindsOnOneKeyApplyInIssueOrder() {
        Session session = open();
        CompletableFuture<CommitResult> created =
                session.commit(Commit.builder().create(A, Bytes.utf8("1")).build());
        CompletableFuture<Optional<Entry>> present = session.get(A, Read.LATEST);
        CompletableFuture<CommitResult> deleted =
                session.commit(Commit.builder().delete(A).build());
        CompletableFuture<Optional<Entry>> absent = session.get(A, Read.LATEST);
        CompletableFuture<CommitResult> again =
                session.commit(Commit.builder().createOwned(A, Bytes.utf8("2")).build());
        assertThat(await(present))
                .map(Entry::createRevision)
                .contains(await(created).revision());
        await(deleted);
        assertThat(await(absent)).isEmpty();
        assertThat(existing(session, A).createRevision()).isEqualTo(await(again).revision());
    }

    @Test
    @Guarantee(3)
    default void operationsIssuedOnTheLaneKeepTheirOrderToo() {
        Session session = open();
        create(session, A, "start");
        List<CompletableFuture<CommitResult>> updates = new ArrayList<>();
        CompletableFuture<Void> issued = new CompletableFuture<>();
        session.scheduler().execute(() -> {
            updates.addAll(issueUpdates(session));
            issued.complete(null);
        });
        await(issued);
        assertRising(updates);
        assertThat(text(session, A)).isEqualTo("v" + (IN_FLIGHT - 1));
    }
}

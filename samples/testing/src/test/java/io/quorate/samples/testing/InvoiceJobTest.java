package io.quorate.samples.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.Quorate;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Snapshot;
import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.embedded.testing.Fault;
import io.quorate.embedded.testing.Faults;
import io.quorate.embedded.testing.QuorateTest;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The job of two instances, on bad days. */
@QuorateTest(members = 3, sessionTimeoutMillis = 1_000)
class InvoiceJobTest {

    private static final Duration PERIOD = Duration.ofMillis(2);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Quorate observer;

    InvoiceJobTest(Quorate observer) {
        this.observer = observer;
    }

    @BeforeEach
    void everyTestBeginsWithoutInvoices() throws InterruptedException {
        assertThat(observer.get(InvoiceJob.LAST)).isEmpty();
    }

    private long last() throws InterruptedException {
        return observer.get(InvoiceJob.LAST)
                .map(entry -> Long.parseLong(entry.optionalValue().orElseThrow().utf8()))
                .orElse(0L);
    }

    private void awaitProgress() throws InterruptedException {
        long before = last();
        await().atMost(LIMIT).until(() -> last() >= before + 3);
    }

    /** All of it is read as of one revision, so that it need not stand still. */
    private void assertNothingIsMissing() {
        Snapshot invoices =
                observer.session().join().snapshot(Key.of("/invoices")).join();
        Entry last = invoices.entry(InvoiceJob.LAST).orElseThrow();
        long count = Long.parseLong(last.optionalValue().orElseThrow().utf8());
        for (long number = 1; number <= count; number++) {
            assertThat(invoices.entry(InvoiceJob.invoice(number))).isPresent();
        }
        assertThat(invoices.entry(InvoiceJob.invoice(count + 1))).isEmpty();
    }

    @Test
    void oneInstanceIssuesInvoicesAndTheOtherTakesOverWhenItIsClosed(Quorate first, Quorate second)
            throws InterruptedException {
        try (InvoiceJob other = new InvoiceJob(second, PERIOD)) {
            try (InvoiceJob one = new InvoiceJob(first, PERIOD)) {
                one.start();
                awaitProgress();
                other.start();
                assertThat(other.leads()).isFalse();
            }

            await().atMost(LIMIT).until(other::leads);
            awaitProgress();
        }
        assertNothingIsMissing();
    }

    @Test
    void invoicesGoOnWhenTheEnsembleLosesItsLeader(Quorate client, Faults faults) throws InterruptedException {
        try (InvoiceJob job = new InvoiceJob(client, PERIOD)) {
            job.start();
            awaitProgress();

            faults.killLeader();

            awaitProgress();
        }
        assertNothingIsMissing();
    }

    @Test
    void otherInstanceTakesOverWhenTheSessionExpires(Quorate first, Quorate second, Faults faults)
            throws InterruptedException {
        try (InvoiceJob one = new InvoiceJob(first, PERIOD);
                InvoiceJob other = new InvoiceJob(second, PERIOD)) {
            one.start();
            awaitProgress();
            other.start();
            await().atMost(LIMIT).until(() -> isQueuedUp(second));

            faults.expire(first);

            await().atMost(LIMIT).until(other::leads);
            awaitProgress();
        }
        assertNothingIsMissing();
    }

    private static boolean isQueuedUp(Quorate client) throws InterruptedException {
        return client.leaderLatch("invoices").participants().size() == 2;
    }

    @Test
    void instanceThatStandsStillIssuesNothingWhenItGoesOn(Quorate first, Quorate second, Faults faults)
            throws InterruptedException {
        try (InvoiceJob one = new InvoiceJob(first, PERIOD);
                InvoiceJob other = new InvoiceJob(second, PERIOD)) {
            one.start();
            awaitProgress();
            other.start();

            // Its session ends meanwhile. What it was about to write meets the guard afterwards.
            try (Fault pause = faults.pause(first)) {
                await().atMost(LIMIT).until(other::leads);
                assertThat(pause.isHealed()).isFalse();
            }

            awaitProgress();
            assertThat(one.leads()).isFalse();
        }
        assertNothingIsMissing();
    }

    @Test
    void nothingIsIssuedWithoutAQuorumAndNothingIsMissingAfterwards(
            EmbeddedEnsemble ensemble, Quorate client, Faults faults) throws InterruptedException {
        try (InvoiceJob job = new InvoiceJob(client, PERIOD)) {
            job.start();
            awaitProgress();

            try (Fault partition = faults.partition(Set.of(1), Set.of(2), Set.of(3))) {
                await().atMost(LIMIT).until(() -> ensemble.leader().isEmpty());
                assertThat(partition.isHealed()).isFalse();
            }

            awaitProgress();
        }
        assertNothingIsMissing();
    }

    @Test
    void invoiceWhoseConfirmationIsLostIsNotIssuedTwice(Quorate client, Faults faults) throws InterruptedException {
        try (InvoiceJob job = new InvoiceJob(client, PERIOD)) {
            job.start();
            awaitProgress();

            faults.loseReplyAfterCommit(client);

            awaitProgress();
        }
        assertNothingIsMissing();
    }
}

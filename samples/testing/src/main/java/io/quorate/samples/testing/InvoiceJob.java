package io.quorate.samples.testing;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.leader.LeaderElection;
import io.quorate.leader.Leadership;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Issues invoices, numbered without a gap and none of them twice, at a steady pace: one instance of the application does it, and
 * another one takes over when that dies, hangs or is cut off.
 */
public final class InvoiceJob implements AutoCloseable {

    /** The number of the last invoice. */
    public static final Key LAST = Key.of("/invoices/last");

    private final Quorate quorate;
    private final Duration period;
    private final LeaderElection election;

    /** What a pause waits for in vain, until the job is told to stop. */
    private final CountDownLatch stopped = new CountDownLatch(1);

    /**
     * Creates a job that is not started.
     *
     * @param quorate the client of this instance; it stays the caller's to close
     * @param period how long the leader pauses after each invoice
     */
    public InvoiceJob(Quorate quorate, Duration period) {
        this.quorate = quorate;
        this.period = period;
        this.election = quorate.leaderElection("invoices", this::lead);
    }

    /** Begins to compete for the job. */
    public void start() {
        election.start();
    }

    /** Returns whether this instance does the job at the moment. */
    public boolean leads() {
        return election.hasLeadership();
    }

    private void lead(Leadership leadership) throws InterruptedException {
        while (!leadership.shouldStop()) {
            issueNext(leadership);
            if (stopped.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    /** The guard refuses the commit of an instance that leads no more, whatever it believes; the revision, a repeated one. */
    private void issueNext(Leadership leadership) throws InterruptedException {
        Optional<Entry> last = quorate.get(LAST);
        long next = last.map(InvoiceJob::number).orElse(0L) + 1;
        Commit.Builder commit = Commit.builder()
                .guard(leadership.guard())
                .create(invoice(next), Bytes.utf8("term " + leadership.term()));
        if (last.isPresent()) {
            commit.update(last.get(), Bytes.utf8(Long.toString(next)));
        } else {
            commit.create(LAST, Bytes.utf8(Long.toString(next)));
        }
        quorate.commit(commit.build());
    }

    /** Returns where an invoice is kept. */
    public static Key invoice(long number) {
        return Key.of("/invoices/issued/" + number);
    }

    private static long number(Entry entry) {
        return Long.parseLong(entry.optionalValue().orElseThrow().utf8());
    }

    /** Stops; another instance takes over at once. */
    @Override
    public void close() {
        stopped.countDown();
        election.close();
    }
}

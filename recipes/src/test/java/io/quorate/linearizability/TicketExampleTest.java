package io.quorate.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.linearizability.testing.HistoryRecorder;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.SequenceCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** The example of the package page, word for word. */
class TicketExampleTest {

    private static final Path PACKAGE_PAGE =
            Path.of("src/test/java/io/quorate/linearizability/testing/package-info.java");
    private static final Path THIS = Path.of("src/test/java/io/quorate/linearizability/TicketExampleTest.java");

    @Test
    void anAtomicLongHandsOutTickets() throws Exception {
        HistoryRecorder<SequenceCounter.Input, Long> recorder = HistoryRecorder.timedBy(System::nanoTime);
        AtomicLong tickets = new AtomicLong();
        inTwoThreads(client -> {
            var call = recorder.call(client, new SequenceCounter.Next("tickets"));
            call.returned(tickets.incrementAndGet());
        });
        LinearizabilityChecker.of(SequenceCounter.model()).assertLinearizable(recorder.history());
        assertThat(recorder.history().size()).isEqualTo(200);
    }

    @Test
    void theExampleOfThePackagePageIsTheTestAbove() throws IOException {
        String page = Files.readString(PACKAGE_PAGE);
        String example = page.substring(page.indexOf("{@code") + "{@code".length(), page.indexOf("}</pre>"));
        List<String> lines = example.lines()
                .map(line -> line.replaceFirst("^ \\* ?", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(lines).hasSize(7);
        assertThat(Files.readString(THIS).lines().map(String::strip).toList()).containsSequence(lines);
    }

    private static void inTwoThreads(IntConsumer client) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int id = 1; id <= 2; id++) {
                int self = id;
                running.add(threads.submit(() -> {
                    for (int i = 0; i < 100; i++) {
                        client.accept(self);
                    }
                }));
            }
            for (Future<?> future : running) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}

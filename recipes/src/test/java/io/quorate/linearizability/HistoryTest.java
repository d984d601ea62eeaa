package io.quorate.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.linearizability.testing.FencedMutex;
import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.HistoryFormat;
import io.quorate.linearizability.testing.HistoryRecorder;
import io.quorate.linearizability.testing.HistoryRecorder.Invocation;
import io.quorate.linearizability.testing.Operation;
import io.quorate.linearizability.testing.Outcome;
import io.quorate.linearizability.testing.SequenceCounter;
import io.quorate.linearizability.testing.SequenceCounter.Current;
import io.quorate.linearizability.testing.SequenceCounter.Next;
import io.quorate.linearizability.testing.VersionedStore;
import io.quorate.linearizability.testing.VersionedStore.Create;
import io.quorate.linearizability.testing.VersionedStore.Entries;
import io.quorate.linearizability.testing.VersionedStore.Found;
import io.quorate.linearizability.testing.VersionedStore.Input;
import io.quorate.linearizability.testing.VersionedStore.Output;
import io.quorate.linearizability.testing.VersionedStore.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {

    @Test
    void recorderKeepsTimesInputsAndOutcomes() {
        AtomicLong clock = new AtomicLong(-500);
        HistoryRecorder<SequenceCounter.Input, Long> recorder = HistoryRecorder.timedBy(clock::get);
        clock.set(-490);
        Invocation<SequenceCounter.Input, Long> first = recorder.call(1, new Next("c"));
        clock.set(-480);
        Invocation<SequenceCounter.Input, Long> second = recorder.call(2, new Next("c"));
        Invocation<SequenceCounter.Input, Long> third = recorder.call(3, new Next("c"));
        recorder.call(4, new Current("c"));
        clock.set(-470);
        first.returned(1L);
        second.unknown();
        third.failed();
        assertThat(recorder.history().toString()).isEqualTo("""
                1 [10, 30] next "c" -> 1
                2 [20, -] next "c" unknown
                3 [20, 30] next "c" failed
                4 [20, -] current "c" unknown""");
    }

    @Test
    void countingRecorderOrdersWhatAClockWouldCallSimultaneous() {
        HistoryRecorder<SequenceCounter.Input, Long> recorder = HistoryRecorder.counting();
        recorder.call(1, new Next("c")).returned(1L);
        recorder.call(2, new Next("c")).returned(2L);
        assertThat(recorder.history().toString()).isEqualTo("""
                1 [1, 2] next "c" -> 1
                2 [3, 4] next "c" -> 2""");
    }

    @Test
    void historyAlreadyTakenDoesNotChange() {
        HistoryRecorder<SequenceCounter.Input, Long> recorder = HistoryRecorder.counting();
        Invocation<SequenceCounter.Input, Long> call = recorder.call(1, new Next("c"));
        History<SequenceCounter.Input, Long> before = recorder.history();
        call.returned(1L);
        assertThat(before.operations().get(0).outcome()).isInstanceOf(Outcome.Unknown.class);
        assertThat(recorder.history().operations().get(0).outcome()).isInstanceOf(Outcome.Returned.class);
    }

    @Test
    void invocationIsSettledOnce() {
        Invocation<SequenceCounter.Input, Long> call =
                HistoryRecorder.<SequenceCounter.Input, Long>counting().call(1, new Next("c"));
        call.unknown();
        assertThatThrownBy(() -> call.returned(1L))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("unknown");
    }

    @Test
    void operationsAreOrderedByTheirCalls() {
        Operation<SequenceCounter.Input, Long> early = Operation.returned(1, 1, 9, new Next("c"), 1L);
        Operation<SequenceCounter.Input, Long> late = Operation.returned(2, 2, 3, new Next("c"), 2L);
        assertThat(History.of(late, early).operations()).containsExactly(early, late);
    }

    @Test
    void operationThatContradictsItselfIsRefused() {
        assertThatThrownBy(() -> Operation.returned(1, 5, 4, new Next("c"), 1L))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Operation.returned(1, 5, Operation.NEVER, new Next("c"), 1L))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Operation<>(1, 5, 6, new Next("c"), new Outcome.Unknown<Long>()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyHistorySurvivesItsFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("history.txt");
        for (int seed = 0; seed < 100; seed++) {
            survives(VersionedStore.format(), SmallHistories.transactions(new Random(seed)), file);
            survives(VersionedStore.format(), SmallHistories.register(new Random(seed)), file);
            survives(FencedMutex.format(), SmallHistories.mutex(new Random(seed)), file);
            survives(SequenceCounter.format(), SmallHistories.counter(new Random(seed)), file);
        }
    }

    @Test
    void anyTextSurvivesItsFile(@TempDir Path directory) throws IOException {
        String odd = "a b\tc\nd\r \"e\" \\s -> unknown\u0000\u007f7 ü \uD83D\uDE00 failed";
        History<Input, Output> history = History.of(
                Operation.unknown(1, 1, new Create(odd, odd)),
                Operation.failed(1, 1, 2, new Create("", null)),
                Operation.returned(
                        1,
                        2,
                        3,
                        new Snapshot(),
                        new Entries(4, Map.of(odd, new Found("", 1, 2), "", new Found(null, 3, 4)))));
        survives(VersionedStore.format(), history, directory.resolve("history.txt"));
    }

    @Test
    void commentsAndEmptyLinesAreSkipped() {
        assertThat(SequenceCounter.format()
                        .parse("# seed 42\n\n1 [1, 2] next \"c\" -> 1\n")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void malformedLineIsNamed() {
        for (String line : new String[] {
            "nonsense",
            "1 [1, 2] next \"c\"",
            "1 [1, 2] next c -> 1",
            "1 [1, 2] next \"c\" more -> 1",
            "1 [1, 2] next -> 1",
            "1 [1, 2] next null -> 1",
            "1 [1, 2] jump \"c\" -> 1",
            "1 [2, 1] next \"c\" -> 1",
            "1 [1, -] next \"c\" -> 1",
            "1 [1, 2] next \"c\" -> one"
        }) {
            assertThatThrownBy(() -> SequenceCounter.format().parse(line))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(line);
        }
    }

    private static <I, O> void survives(HistoryFormat<I, O> format, History<I, O> history, Path file)
            throws IOException {
        format.write(history, file);
        assertThat(format.read(file)).isEqualTo(history);
    }
}

package io.quorate.linearizability;

import io.quorate.linearizability.testing.FencedMutex;
import io.quorate.linearizability.testing.SequenceCounter;
import org.junit.jupiter.api.Test;

class MutexAndCounterKnownAnswersTest {

    private final KnownAnswers<FencedMutex.Input, FencedMutex.Output> mutex =
            new KnownAnswers<>(FencedMutex.model(), FencedMutex.format());
    private final KnownAnswers<SequenceCounter.Input, Long> counter =
            new KnownAnswers<>(SequenceCounter.model(), SequenceCounter.format());

    @Test
    void mutexPassesFromHolderToHolder() {
        mutex.accepts("""
                1 [1, 2] acquire "m" -> acquired 3
                2 [3, 4] acquire "m" -> busy
                2 [5, 10] acquire "m" -> acquired 7
                1 [6, 7] release "m" 3 -> released
                2 [11, 12] release "m" 7 -> released
                """);
    }

    @Test
    void twoHoldersAreRejected() {
        mutex.rejects("""
                1 [1, 2] acquire "m" -> acquired 3
                2 [3, 4] acquire "m" -> acquired 4
                """);
    }

    @Test
    void twoHoldersAreRejectedThoughOneReleasesLater() {
        mutex.rejects("""
                1 [1, 2] acquire "m" -> acquired 3
                2 [3, 4] acquire "m" -> acquired 4
                1 [5, 6] release "m" 3 -> released
                """);
    }

    @Test
    void tokenThatGoesBackIsRejected() {
        mutex.rejects("""
                1 [1, 2] acquire "m" -> acquired 5
                1 [3, 4] release "m" 5 -> released
                2 [5, 6] acquire "m" -> acquired 4
                """);
    }

    @Test
    void tokenThatIsGivenTwiceIsRejected() {
        mutex.rejects("""
                1 [1, 2] acquire "m" -> acquired 5
                1 [3, 4] release "m" 5 -> released
                2 [5, 6] acquire "m" -> acquired 5
                """);
    }

    @Test
    void refusalOfAFreeMutexIsRejected() {
        mutex.rejects("1 [1, 2] acquire \"m\" -> busy");
    }

    @Test
    void attemptThatRanOutOfTimeSaysNothing() {
        mutex.accepts("""
                1 [1, 2] acquire "m" failed
                2 [3, 4] acquire "m" -> acquired 1
                """);
    }

    @Test
    void releaseWithAnOldTokenDoesNotRelease() {
        String history = """
                1 [1, 2] acquire "m" -> acquired 1
                1 [3, 4] release "m" 1 -> released
                2 [5, 6] acquire "m" -> acquired 2
                1 [7, 8] release "m" 1 -> %s
                """;
        mutex.accepts(history.formatted("not-held"));
        mutex.rejects(history.formatted("released"));
    }

    @Test
    void holderThatMayHaveLostTheMutexDoesNotBlockTheNext() {
        mutex.accepts("""
                1 [1, 2] acquire "m" -> acquired 1
                1 [3, -] release "m" 1 unknown
                2 [4, 5] acquire "m" -> busy
                2 [6, 7] acquire "m" -> acquired 2
                """);
        mutex.rejects("""
                1 [1, 2] acquire "m" -> acquired 1
                2 [4, 5] acquire "m" -> acquired 2
                1 [6, -] release "m" 1 unknown
                """);
    }

    @Test
    void unknownAcquisitionMayHoldWithATokenThatIsLearntLater() {
        String history = """
                1 [1, 2] acquire "m" -> acquired 1
                1 [3, 4] release "m" 1 -> released
                2 [5, -] acquire "m" unknown
                3 [6, 7] acquire "m" -> busy
                4 [8, 9] release "m" %d -> released
                3 [10, 11] acquire "m" -> acquired 4
                """;
        mutex.accepts(history.formatted(2));
        mutex.accepts(history.formatted(3));
        mutex.rejects(history.formatted(1));
        mutex.rejects(history.formatted(4));
    }

    @Test
    void mutexesAreIndependent() {
        mutex.accepts("""
                1 [1, 2] acquire "m" -> acquired 2
                2 [3, 4] acquire "n" -> acquired 1
                """);
    }

    @Test
    void counterHandsOutEveryNumberOnce() {
        counter.accepts("""
                1 [1, 4] next "c" -> 2
                2 [2, 3] next "c" -> 1
                1 [5, 6] current "c" -> 2
                """);
        counter.rejects("""
                1 [1, 4] next "c" -> 1
                2 [2, 3] next "c" -> 1
                """);
    }

    @Test
    void counterDoesNotSkipUnlessAReplyWasLost() {
        counter.rejects("""
                1 [1, 2] next "c" -> 1
                1 [3, 4] next "c" -> 3
                """);
        counter.accepts("""
                1 [1, 2] next "c" -> 1
                2 [1, -] next "c" unknown
                1 [3, 4] next "c" -> 3
                """);
    }

    @Test
    void counterFollowsRealTime() {
        counter.rejects("""
                1 [1, 2] next "c" -> 2
                2 [3, 4] next "c" -> 1
                """);
    }

    @Test
    void counterReadIsNotStale() {
        counter.rejects("""
                1 [1, 2] next "c" -> 1
                2 [3, 4] current "c" -> 0
                """);
    }
}

package io.quorate.linearizability;

import io.quorate.linearizability.testing.VersionedStore;
import org.junit.jupiter.api.Test;

class RegisterKnownAnswersTest {

    private final KnownAnswers<VersionedStore.Input, VersionedStore.Output> register =
            new KnownAnswers<>(VersionedStore.registers(), VersionedStore.format());

    @Test
    void emptyHistoryIsLinearizable() {
        register.accepts("");
    }

    @Test
    void sequentialLifeOfAnEntryIsLinearizable() {
        register.accepts("""
                1 [1, 2] get "k" -> absent
                1 [3, 4] create "k" "a" -> committed 10
                1 [5, 6] get "k" -> found "a" 10 10
                1 [7, 8] update "k" "b" 10 -> committed 12
                1 [9, 10] get "k" -> found "b" 10 12
                1 [11, 12] delete "k" 12 -> committed 13
                1 [13, 14] get "k" -> absent
                """);
    }

    @Test
    void nullAndEmptyValuesDiffer() {
        register.accepts("""
                1 [1, 2] create "k" null -> committed 1
                1 [3, 4] get "k" -> found null 1 1
                """);
        register.rejects("""
                1 [1, 2] create "k" null -> committed 1
                1 [3, 4] get "k" -> found "" 1 1
                """);
    }

    @Test
    void concurrentReadsMaySeeTheOldAndTheNewState() {
        register.accepts("""
                1 [1, 10] create "k" "a" -> committed 1
                2 [2, 3] get "k" -> absent
                3 [4, 5] get "k" -> found "a" 1 1
                """);
    }

    @Test
    void readsDoNotGoBackWhileAWriteIsRunning() {
        register.rejects("""
                1 [1, 10] create "k" "a" -> committed 1
                2 [2, 3] get "k" -> found "a" 1 1
                3 [4, 5] get "k" -> absent
                """);
    }

    @Test
    void staleReadAfterAnAcknowledgedWriteIsRejected() {
        register.rejects("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 4] update "k" "b" any -> committed 2
                2 [5, 6] get "k" -> found "a" 1 1
                """);
    }

    @Test
    void sameReadIsFineWhenItsIntervalTouchesTheWrite() {
        register.accepts("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 5] update "k" "b" any -> committed 2
                2 [5, 6] get "k" -> found "a" 1 1
                """);
    }

    @Test
    void operationsAtOneInstantAreConcurrent() {
        register.accepts("""
                2 [5, 5] get "k" -> found "a" 1 1
                1 [5, 5] create "k" "a" -> committed 1
                3 [5, 5] get "k" -> absent
                """);
    }

    @Test
    void lostUpdateIsRejected() {
        register.rejects("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 6] update "k" "b" 1 -> committed 2
                2 [4, 5] update "k" "c" 1 -> committed 3
                """);
    }

    @Test
    void oneOfTwoConditionalUpdatesIsRefused() {
        register.accepts("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 6] update "k" "b" 1 -> refused 0 GUARD_FAILED
                2 [4, 5] update "k" "c" 1 -> committed 3
                """);
    }

    @Test
    void refusalWithoutAReasonIsRejected() {
        register.rejects("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 4] update "k" "b" 1 -> refused 0 GUARD_FAILED
                """);
        register.rejects("1 [1, 2] create \"k\" \"a\" -> refused 0 KEY_EXISTS");
        register.rejects("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 4] delete "k" any -> refused 0 NO_SUCH_KEY
                """);
    }

    @Test
    void refusalForTheWrongReasonIsRejected() {
        register.rejects("1 [1, 2] update \"k\" \"a\" 7 -> refused 0 GUARD_FAILED");
        register.accepts("1 [1, 2] update \"k\" \"a\" 7 -> refused 0 NO_SUCH_KEY");
    }

    @Test
    void twoCreatesWithoutADeleteAreRejected() {
        register.rejects("""
                1 [1, 4] create "k" "a" -> committed 1
                2 [2, 3] create "k" "b" -> committed 2
                """);
    }

    @Test
    void dirtyReadOfAWriteThatFailedIsRejected() {
        register.rejects("""
                1 [1, 10] create "k" "a" failed
                2 [2, 3] get "k" -> found "a" 1 1
                """);
    }

    @Test
    void readOfAValueThatNobodyWroteIsRejected() {
        register.rejects("1 [1, 2] get \"k\" -> found \"a\" 1 1");
    }

    @Test
    void readFromTheFutureIsRejected() {
        register.rejects("""
                2 [1, 2] get "k" -> found "a" 1 1
                1 [3, 4] create "k" "a" -> committed 1
                """);
    }

    @Test
    void readThatClaimsAnotherRevisionOfItsValueIsRejected() {
        register.rejects("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 4] get "k" -> found "a" 1 2
                """);
        register.rejects("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 4] update "k" "a" any -> committed 2
                1 [5, 6] get "k" -> found "a" 2 2
                """);
    }

    @Test
    void revisionsOfSuccessiveWritesThatDoNotRiseAreRejected() {
        register.rejects("""
                1 [1, 2] create "k" "a" -> committed 5
                1 [3, 4] update "k" "b" any -> committed 5
                """);
        register.rejects("""
                1 [1, 2] create "k" "a" -> committed 5
                1 [3, 4] delete "k" any -> committed 6
                1 [5, 6] create "k" "a" -> committed 4
                """);
    }

    @Test
    void revisionsDecideTheOrderOfConcurrentWrites() {
        register.accepts("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 6] update "k" "b" any -> committed 3
                2 [4, 5] update "k" "c" any -> committed 2
                3 [7, 8] get "k" -> found "b" 1 3
                """);
        register.rejects("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 6] update "k" "b" any -> committed 3
                2 [4, 5] update "k" "c" any -> committed 2
                3 [7, 8] get "k" -> found "c" 1 2
                """);
    }

    @Test
    void conditionalUpdateIsNotFooledByAValueThatCameBack() {
        String aba = """
                1 [1, 2] create "k" "a" -> committed 1
                2 [3, 4] update "k" "b" any -> committed 2
                2 [5, 6] update "k" "a" any -> committed 3
                """;
        register.rejects(aba + "1 [7, 8] update \"k\" \"c\" 1 -> committed 4");
        register.accepts(aba + "1 [7, 8] update \"k\" \"c\" 3 -> committed 4");
    }

    @Test
    void recreatedEntryHasANewCreateRevision() {
        String recreated = """
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 4] delete "k" 1 -> committed 2
                1 [5, 6] create "k" "a" -> committed 3
                """;
        register.accepts(recreated + "1 [7, 8] get \"k\" -> found \"a\" 3 3");
        register.rejects(recreated + "1 [7, 8] get \"k\" -> found \"a\" 1 3");
    }

    @Test
    void unknownWriteMayHaveHappenedOrNot() {
        register.accepts("""
                1 [1, -] create "k" "a" unknown
                2 [2, 3] get "k" -> found "a" 4 4
                """);
        register.accepts("""
                1 [1, -] create "k" "a" unknown
                2 [2, 3] get "k" -> absent
                """);
    }

    @Test
    void unknownWriteMayHappenMuchLater() {
        register.accepts("""
                1 [1, -] create "k" "a" unknown
                2 [2, 3] get "k" -> absent
                2 [50, 51] get "k" -> absent
                2 [100, 101] get "k" -> found "a" 4 4
                """);
    }

    @Test
    void unknownWriteDoesNotHappenBeforeItsCall() {
        register.rejects("""
                2 [1, 2] get "k" -> found "a" 4 4
                1 [3, -] create "k" "a" unknown
                """);
    }

    @Test
    void unknownWriteDoesNotHappenTwice() {
        register.rejects("""
                1 [1, -] create "k" "a" unknown
                2 [2, 3] get "k" -> found "a" 4 4
                2 [4, 5] delete "k" 4 -> committed 5
                2 [6, 7] get "k" -> found "a" 6 6
                """);
    }

    @Test
    void unknownWriteDoesNotVanishOnceSeen() {
        register.rejects("""
                1 [1, -] create "k" "a" unknown
                2 [2, 3] get "k" -> found "a" 4 4
                2 [4, 5] get "k" -> absent
                """);
    }

    @Test
    void unknownWriteKeepsTheRevisionItWasSeenWith() {
        register.rejects("""
                1 [1, -] create "k" "a" unknown
                2 [2, 3] get "k" -> found "a" 4 4
                2 [4, 5] get "k" -> found "a" 5 5
                """);
    }

    @Test
    void revisionOfAnUnknownWriteLiesBetweenItsNeighbours() {
        String history = """
                1 [1, 2] create "k" "a" -> committed 1
                2 [3, -] update "k" "b" 1 unknown
                3 [4, 5] get "k" -> found "b" 1 %d
                1 [6, 7] update "k" "c" any -> committed 4
                """;
        register.accepts(history.formatted(2));
        register.accepts(history.formatted(3));
        register.rejects(history.formatted(1));
        register.rejects(history.formatted(4));
    }

    @Test
    void createRevisionOfAnUnknownWriteIsRememberedThroughUpdates() {
        String history = """
                1 [1, -] create "k" "a" unknown
                2 [2, 3] update "k" "b" any -> committed 7
                2 [4, 5] update "k" "c" 7 -> committed 9
                3 [6, 7] get "k" -> found "c" %d 9
                """;
        register.accepts(history.formatted(3));
        register.rejects(history.formatted(7));
        register.rejects(history.formatted(8));
    }

    @Test
    void unknownWriteTakesARevisionEvenIfNobodySeesIt() {
        String history = """
                1 [1, 2] create "k" "a" -> committed 5
                2 [3, -] delete "k" any unknown
                1 [4, 5] create "k" "b" -> committed %d
                """;
        register.rejects(history.formatted(6));
        register.accepts(history.formatted(7));
    }

    @Test
    void unknownConditionalUpdateThatCannotApplyHasNoEffect() {
        register.rejects("""
                1 [1, 2] create "k" "a" -> committed 5
                2 [3, -] update "k" "b" 4 unknown
                3 [4, 5] get "k" -> found "b" 5 6
                """);
    }

    @Test
    void readsOfUnknownOutcomeSayNothing() {
        register.accepts("""
                1 [1, -] get "k" unknown
                2 [2, 3] get "k" -> absent
                """);
    }

    @Test
    void keysAreIndependent() {
        register.accepts("""
                1 [1, 2] create "a" "x" -> committed 9
                1 [3, 4] create "b" "y" -> committed 2
                """);
        register.rejects("""
                1 [1, 2] create "a" "x" -> committed 1
                1 [3, 4] create "b" "y" -> committed 2
                2 [5, 6] get "a" -> found "x" 1 1
                2 [7, 8] get "b" -> absent
                """);
    }

    @Test
    void answerOfAnotherOperationIsRejected() {
        register.rejects("1 [1, 2] create \"k\" \"a\" -> absent");
        register.rejects("1 [1, 2] get \"k\" -> committed 1");
        register.rejects("1 [1, 2] create \"k\" \"a\" -> refused 1 KEY_EXISTS");
    }
}

package io.quorate.linearizability;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.linearizability.testing.VersionedStore;
import org.junit.jupiter.api.Test;

class TransactionKnownAnswersTest {

    private final KnownAnswers<VersionedStore.Input, VersionedStore.Output> store =
            new KnownAnswers<>(VersionedStore.transactional(), VersionedStore.format());

    @Test
    void commitGivesAllItsEntriesOneRevision() {
        String history = """
                1 [1, 2] commit create "a" "x" create "b" "y" -> committed 3
                2 [3, 4] get "a" -> found "x" 3 3
                2 [5, 6] get "b" -> found "y" %1$d %1$d
                """;
        store.accepts(history.formatted(3));
        store.rejects(history.formatted(4));
    }

    @Test
    void unknownCommitGivesAllItsEntriesOneRevisionToo() {
        String history = """
                1 [1, -] commit create "a" "x" create "b" "y" unknown
                2 [3, 4] get "a" -> found "x" 3 3
                2 [5, 6] get "b" -> found "y" %1$d %1$d
                """;
        store.accepts(history.formatted(3));
        store.rejects(history.formatted(4));
    }

    @Test
    void unknownCommitsHaveTheRevisionsOfTheirOrder() {
        String history = """
                1 [1, -] create "a" "x" unknown
                2 [2, -] commit exists "a" create "b" "y" unknown
                3 [3, 4] get "b" -> found "y" 5 5
                3 [5, 6] get "a" -> found "x" %1$d %1$d
                """;
        store.accepts(history.formatted(4));
        store.rejects(history.formatted(5));
        store.rejects(history.formatted(6));
    }

    @Test
    void halfAppliedCommitIsRejected() {
        store.rejects("""
                1 [1, 2] commit create "a" "x" create "b" "y" -> committed 3
                2 [3, 4] snapshot -> entries 3 "a" found "x" 3 3
                """);
        store.rejects("""
                1 [1, -] commit create "a" "x" create "b" "y" unknown
                2 [3, 4] get "a" -> found "x" 3 3
                2 [5, 6] get "b" -> absent
                """);
    }

    @Test
    void refusedCommitLeavesNoTrace() {
        String history = """
                1 [1, 2] create "b" "y" -> committed 1
                1 [3, 4] commit create "a" "x" create "b" "z" -> refused 1 KEY_EXISTS
                """;
        store.accepts(history + "2 [5, 6] get \"a\" -> absent");
        store.rejects(history + "2 [5, 6] get \"a\" -> found \"x\" 2 2");
    }

    @Test
    void refusalNamesTheFirstConditionThatDidNotHold() {
        String history = "1 [1, 2] commit exists \"a\" unchanged \"b\" 7 create \"c\" \"x\" -> refused %d GUARD_FAILED";
        store.accepts(history.formatted(0));
        store.rejects(history.formatted(1));
        store.rejects(history.formatted(2));
        store.rejects(history.formatted(3));
    }

    @Test
    void refusalRevealsTheRevisionsOfTheGuardsThatHeld() {
        String history = """
                1 [1, -] create "a" "x" unknown
                2 [2, 3] commit unchanged "a" 4 exists "b" -> refused 1 GUARD_FAILED
                2 [4, 5] get "a" -> found "x" %1$d %1$d
                """;
        store.accepts(history.formatted(4));
        store.rejects(history.formatted(5));
    }

    @Test
    void guardOnTheSameEntryOutlivesUpdatesAndNotARecreation() {
        String updated = """
                1 [1, 2] create "lock" "me" -> committed 1
                1 [3, 4] update "lock" "still-me" any -> committed 2
                """;
        String write = "1 [9, 10] commit same \"lock\" 1 create \"data\" \"x\" -> committed 9";
        store.accepts(updated + write);
        store.rejects(updated + "1 [5, 6] delete \"lock\" any -> committed 3\n"
                + "2 [7, 8] create \"lock\" \"you\" -> committed 4\n" + write);
    }

    @Test
    void writeSkewIsRejected() {
        store.rejects("""
                1 [1, 2] commit create "a" "on" create "b" "on" -> committed 1
                1 [3, 6] commit unchanged "a" 1 unchanged "b" 1 update "a" "off" any -> committed 2
                2 [4, 5] commit unchanged "a" 1 unchanged "b" 1 update "b" "off" any -> committed 3
                """);
    }

    @Test
    void readsOfTwoKeysMustFitOneOrder() {
        store.rejects("""
                1 [1, 10] create "a" "x" -> committed 1
                2 [1, 10] create "b" "y" -> committed 2
                3 [2, 3] get "b" -> found "y" 2 2
                3 [4, 5] get "a" -> absent
                """);
    }

    @Test
    void revisionsAreOrderedAcrossKeys() {
        store.rejects("""
                1 [1, 2] create "a" "x" -> committed 9
                1 [3, 4] create "b" "y" -> committed 2
                """);
    }

    @Test
    void snapshotMissesNoCommitAtOrBeforeItsRevision() {
        String history = """
                1 [1, 2] create "a" "x" -> committed 3
                2 [3, 6] snapshot -> entries %d "a" found "x" 3 3
                1 [4, 5] create "b" "y" -> committed 5
                """;
        store.accepts(history.formatted(3));
        store.accepts(history.formatted(4));
        store.rejects(history.formatted(2));
        store.rejects(history.formatted(5));
    }

    @Test
    void historyOfManyKeysIsNotForRegisters() {
        var registers = new KnownAnswers<>(VersionedStore.registers(), VersionedStore.format());
        assertThatThrownBy(() -> registers.accepts("1 [1, 2] commit exists \"a\" create \"b\" \"x\" -> committed 1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("transactional");
        registers.accepts("1 [1, 2] commit create \"b\" \"x\" update \"b\" \"y\" any -> committed 1");
    }
}

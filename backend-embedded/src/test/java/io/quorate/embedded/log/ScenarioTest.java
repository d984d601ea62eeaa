package io.quorate.embedded.log;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** All scenarios, with all rules kept. */
class ScenarioTest {

    static Map<String, Scenarios.Scenario> all() {
        Map<String, Scenarios.Scenario> all = new TreeMap<>();
        all.put("whatSyncReturnedSurvivesAPowerCut", Scenarios::whatSyncReturnedSurvivesAPowerCut);
        all.put("truncationBelowASnapshotIsRefused", Scenarios::truncationBelowASnapshotIsRefused);
        all.put(
                "aReceivedSnapshotReplacesTheLogWhollyOrNotAtAll",
                Scenarios::aReceivedSnapshotReplacesTheLogWhollyOrNotAtAll);
        all.put(
                "aLogNewerThanTheAcceptedEpochStartsUnattended",
                Scenarios::aLogNewerThanTheAcceptedEpochStartsUnattended);
        all.put("aFailedFsyncIsNeverRetried", Scenarios::aFailedFsyncIsNeverRetried);
        all.put("recoveryVouchesOnlyForWhatItWroteAgain", Scenarios::recoveryVouchesOnlyForWhatItWroteAgain);
        all.put("aDamagedRecordIsNeverServed", Scenarios::aDamagedRecordIsNeverServed);
        all.put("aMisdirectedWriteIsFound", Scenarios::aMisdirectedWriteIsFound);
        all.put("aRecordLongerThanTheReadLimitIsRefused", Scenarios::aRecordLongerThanTheReadLimitIsRefused);
        all.put("aCrashWhileASegmentIsCreatedIsHarmless", Scenarios::aCrashWhileASegmentIsCreatedIsHarmless);
        all.put("aTruncatedTailNeverComesBack", Scenarios::aTruncatedTailNeverComesBack);
        all.put(
                "aTruncationInterruptedAnywhereIsFinishedUnattended",
                Scenarios::aTruncationInterruptedAnywhereIsFinishedUnattended);
        all.put("aZeroPageMidLogIsNotTheEnd", Scenarios::aZeroPageMidLogIsNotTheEnd);
        all.put("rotInTheLastRecordIsNotATornWrite", Scenarios::rotInTheLastRecordIsNotATornWrite);
        all.put("segmentsAndSnapshotsKeepTheirNames", Scenarios::segmentsAndSnapshotsKeepTheirNames);
        all.put(
                "aTruncationAcrossSegmentsIsFinishedUnattended",
                Scenarios::aTruncationAcrossSegmentsIsFinishedUnattended);
        all.put("thePromisedEpochIsOldOrNewAndNeverNone", Scenarios::thePromisedEpochIsOldOrNewAndNeverNone);
        all.put("theLogReachesFromEverySnapshotThatIsKept", Scenarios::theLogReachesFromEverySnapshotThatIsKept);
        all.put("noRandomLifeLosesAnything", Scenarios::noRandomLifeLosesAnything);
        return all;
    }

    @TestFactory
    Stream<DynamicTest> holdsWithAllRules() {
        return all().entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(), () -> entry.getValue().play(Rules.all())));
    }

    /** Whether a scenario fails when one rule is broken. */
    static boolean notices(Scenarios.Scenario scenario, DurabilityRule broken) {
        try {
            scenario.play(Rules.allBut(broken));
            return false;
        } catch (AssertionError | RuntimeException | IOException e) {
            return true;
        }
    }
}

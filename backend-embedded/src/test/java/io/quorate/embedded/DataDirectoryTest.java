package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.embedded.DataDirectoryException.Reason;
import io.quorate.embedded.member.Life;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an ensemble makes of the directories that it finds at its start. */
final class DataDirectoryTest {

    private static final String MARK = "Z".repeat(4_000);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path parent;

    private Path directory() {
        return parent.resolve("ensemble");
    }

    private DurableEnsemble ensemble(int members) {
        return DurableEnsemble.in(directory(), members);
    }

    /** Leaves what a power cut leaves of an ensemble whose last but one record is easily found. */
    private void cutThePower(int members) throws IOException {
        Path running = parent.resolve("running");
        try (DurableEnsemble ensemble = DurableEnsemble.in(running, members).start()) {
            ensemble.write("a", "1");
            ensemble.write("marked", MARK);
            ensemble.commonDigest();
            ensemble.image(directory());
        }
    }

    private static DataDirectoryException refusal(DurableEnsemble ensemble) {
        try (ensemble) {
            return catchThrowableOfType(DataDirectoryException.class, ensemble::start);
        }
    }

    private static void assertRefused(DurableEnsemble ensemble, Reason reason, String... words) {
        DataDirectoryException refused = refusal(ensemble);
        assertThat(refused).isNotNull();
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused).hasMessageContainingAll(words);
    }

    private Path segment(int member) throws IOException {
        List<Path> segments = DurableEnsemble.files(directory(), member, "seg-");
        return segments.get(segments.size() - 1);
    }

    /** Where the marked value ends in the only segment that holds it. */
    private static int endOfMark(byte[] bytes) {
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i] == 'Z' && bytes[i - 3_000] == 'Z') {
                return i + 1;
            }
        }
        throw new AssertionError("no marked value");
    }

    private void flipInMark(int member) throws IOException {
        Path file = segment(member);
        byte[] bytes = Files.readAllBytes(file);
        bytes[endOfMark(bytes) - 2_000] ^= 1;
        Files.write(file, bytes);
    }

    private void zero(Path file, int from, int to) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, from, to, (byte) 0);
        Files.write(file, bytes);
    }

    // ---- whose directory it is

    @Test
    void directoryOfAnotherNumberOfMembersIsRefused() {
        ensemble(3).start().close();
        assertRefused(ensemble(1), Reason.MISMATCH, "ensemble of 3 members", "ask for 3");
        ensemble(3).start().close();
    }

    /** Three of five members that were three of three are no quorum of what was acknowledged before. */
    @Test
    void memberListThatWasEditedIsRefused() throws IOException {
        ensemble(3).start().close();
        Path file = directory().resolve("ensemble");
        String three = Files.readString(file);
        Files.writeString(file, three.replaceFirst("3\\s*$", "5\n"));
        assertRefused(ensemble(5), Reason.MISMATCH, "member-", "other members than [1, 2, 3, 4, 5]");
        Files.writeString(file, three);
        ensemble(3).start().close();
    }

    @Test
    void directoryOfAnotherEnsembleIsRefused() throws IOException {
        ensemble(3).start().close();
        Path other = parent.resolve("other");
        DurableEnsemble.in(other, 3).start().close();
        DurableEnsemble.delete(directory().resolve("member-2"));
        DurableEnsemble.copy(other.resolve("member-2"), directory().resolve("member-2"));
        assertRefused(ensemble(3), Reason.MISMATCH, "member-2", "cluster id");
    }

    @Test
    void directoryOfAnotherMemberIsRefused() throws IOException {
        ensemble(3).start().close();
        DurableEnsemble.delete(directory().resolve("member-2"));
        DurableEnsemble.copy(directory().resolve("member-1"), directory().resolve("member-2"));
        assertRefused(ensemble(3), Reason.MISMATCH, "member-2", "node id 1, expected 2");
    }

    @Test
    void filesOfAnEarlierIncarnationAreRefused() throws IOException {
        cutThePower(3);
        flipInMark(2);
        ensemble(3).start().close();
        Path aside = DurableEnsemble.files(directory(), 2, "aside-").stream()
                .filter(file -> file.toString().contains("seg-"))
                .findFirst()
                .orElseThrow();
        Files.move(aside, directory().resolve("member-2/seg-0000000000000001"), StandardCopyOption.REPLACE_EXISTING);
        assertRefused(ensemble(3), Reason.MISMATCH, "member-2", "incarnation");
    }

    @Test
    void ensembleFileThatIsMissingOrUnreadableIsNotMadeUp() throws IOException {
        ensemble(3).start().close();
        Path file = directory().resolve("ensemble");
        String content = Files.readString(file);
        Files.delete(file);
        assertRefused(ensemble(3), Reason.MISMATCH, "the file ensemble", "is missing");
        Files.writeString(file, "2 what");
        assertRefused(ensemble(3), Reason.MISMATCH, "does not describe an ensemble");
        Files.writeString(file, content);
        ensemble(3).start().close();
    }

    @Test
    void directoryThatIsOpenInThisProcessIsRefusedWithWhatToDo() {
        try (DurableEnsemble first = ensemble(3).start()) {
            String pid = Long.toString(ProcessHandle.current().pid());
            assertRefused(ensemble(3), Reason.IN_USE, pid, "share the ensemble");
            assertRefused(ensemble(3), Reason.IN_USE, pid);
            first.write("a", "1");
        }
        ensemble(3).start().close();
    }

    @Test
    void directoryThatAnotherProcessHasIsRefusedWithItsPid() throws Exception {
        Process holder = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DirectoryHolder.class.getName(),
                        directory().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("started");
            // A second attempt must not have given up anybody's lock.
            assertRefused(ensemble(1), Reason.IN_USE, Long.toString(holder.pid()));
            assertRefused(ensemble(1), Reason.IN_USE, Long.toString(holder.pid()));
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (DurableEnsemble ensemble = ensemble(1).start()) {
            assertThat(ensemble.read("held"))
                    .as("what it acknowledged before it was killed")
                    .contains("yes");
        }
    }

    // ---- lost directories

    @Test
    void memberThatLostItsDirectoryDoesNotVoteUntilItHasEverything() throws IOException {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            ensemble.stop(2);
            DurableEnsemble.delete(directory().resolve("member-2"));
            ensemble.stop(1);
            ensemble.start(2);
            ensemble.eventually(
                    () -> ensemble.status(2).condition() == MemberStatus.Condition.RUNNING, "the lost member runs");
            assertThat(ensemble.isVoter(2))
                    .as("two of three, one of them amnesiac, are no quorum")
                    .isFalse();
            assertThat(ensemble.status(2).alert())
                    .hasValueSatisfying(alert -> assertThat(alert).contains("lost"));
            ensemble.start(1);
            ensemble.commonDigest();
            ensemble.eventually(() -> ensemble.isVoter(2), "it votes again");
            assertThat(ensemble.read("a")).contains("1");
        }
    }

    @Test
    void ensembleThatLostTheDirectoriesOfMostMembersRefusesToStart() throws IOException {
        ensemble(3).start().close();
        DurableEnsemble.delete(directory().resolve("member-1"));
        DurableEnsemble.delete(directory().resolve("member-3"));
        assertRefused(ensemble(3), Reason.LOST, "members [1, 3] of 3 lost their data", "restore");
    }

    @Test
    void ensembleThatLostAllDirectoriesRefusesToStart() throws IOException {
        ensemble(3).start().close();
        for (int id = 1; id <= 3; id++) {
            DurableEnsemble.delete(directory().resolve("member-" + id));
        }
        assertRefused(ensemble(3), Reason.LOST, "members [1, 2, 3] of 3 lost their data");
        assertRefused(ensemble(3), Reason.LOST, "members [1, 2, 3] of 3 lost their data");
    }

    @Test
    void singleMemberThatLostItsDirectoryRefusesToStart() throws IOException {
        ensemble(1).start().close();
        DurableEnsemble.delete(directory().resolve("member-1"));
        assertRefused(ensemble(1), Reason.LOST, "member-1", "restore the directory from a backup");
        assertRefused(ensemble(1), Reason.LOST, "member-1");
    }

    // ---- damage

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void tornTailIsCutOffAndTheMemberVotes(int members) throws IOException {
        cutThePower(members);
        for (int id = 1; id <= members; id++) {
            Path file = segment(id);
            int end = endOfMark(Files.readAllBytes(file));
            // Whole sectors of the interrupted write, and whatever would have come behind it.
            zero(file, (end - 1_500) / 512 * 512, (int) Files.size(file));
        }
        try (DurableEnsemble ensemble = ensemble(members).start()) {
            for (int id = 1; id <= members; id++) {
                assertThat(ensemble.isVoter(id)).isTrue();
                assertThat(ensemble.status(id).alert()).isEmpty();
            }
            assertThat(ensemble.read("a")).contains("1");
            assertThat(ensemble.read("marked")).isEmpty();
        }
    }

    @Test
    void damagedRecordQuarantinesAMemberOfACluster() throws IOException {
        cutThePower(3);
        flipInMark(2);
        assertQuarantined("record");
    }

    private void assertQuarantined(String... words) throws IOException {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.eventually(
                    () -> ensemble.status(2).condition() == MemberStatus.Condition.RUNNING, "the member runs");
            assertThat(ensemble.status(2).alert())
                    .hasValueSatisfying(
                            alert -> assertThat(alert).contains("QUARANTINED").contains(words));
            ensemble.commonDigest();
            ensemble.eventually(() -> ensemble.isVoter(2), "it votes again");
            assertThat(ensemble.read("marked")).contains(MARK);
        }
        assertThat(DurableEnsemble.files(directory(), 2, "aside-")).isNotEmpty();
    }

    @Test
    void damagedRecordOfASingleMemberIsRefusedWithItsPlaceAndTheCommand() throws IOException {
        cutThePower(1);
        flipInMark(1);
        Path member = directory().resolve("member-1");
        assertRefused(
                ensemble(1),
                Reason.DAMAGED,
                "seg-0000000000000001 at byte",
                "record ",
                "quorate-log check " + member,
                "quorate-log salvage " + member);
        assertThat(DurableEnsemble.files(directory(), 1, "aside-")).isEmpty();
    }

    @Test
    void salvagedMemberStartsWithWhatWasKeptAndSaysSo() throws Exception {
        cutThePower(1);
        flipInMark(1);
        Process salvage = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.quorate.embedded.log.LogTool",
                        "salvage",
                        directory().resolve("member-1").toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(salvage.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(salvage.waitFor()).as(output).isZero();
        try (DurableEnsemble ensemble = ensemble(1).start()) {
            assertThat(ensemble.read("a")).contains("1");
            assertThat(ensemble.read("marked")).as("behind the damage").isEmpty();
            assertThat(ensemble.status(1).alert())
                    .hasValueSatisfying(alert -> assertThat(alert).contains("salvaged"));
            ensemble.write("a", "2");
        }
    }

    @Test
    void zeroPageBeforeValidRecordsIsDamage() throws IOException {
        cutThePower(3);
        int end = endOfMark(Files.readAllBytes(segment(2)));
        zero(segment(2), (end - 3_500) / 512 * 512, (end - 1_000) / 512 * 512);
        // The same zeros are a torn write if nothing behind them says that the record was durable.
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.commonDigest();
            assertThat(ensemble.read("marked")).contains(MARK);
        }
    }

    @Test
    void bothMetaSlotsBadQuarantineAMemberAndStopASingleOne() throws IOException {
        cutThePower(3);
        spoilMeta(2);
        assertQuarantined("meta");
        DurableEnsemble.delete(directory());
        DurableEnsemble.delete(parent.resolve("running"));
        cutThePower(1);
        spoilMeta(1);
        assertRefused(ensemble(1), Reason.DAMAGED, "meta-a", "the promised epoch is unknown", "quorate-log salvage");
    }

    private void spoilMeta(int member) throws IOException {
        for (Path slot : DurableEnsemble.files(directory(), member, "meta-")) {
            byte[] bytes = Files.readAllBytes(slot);
            bytes[40] ^= 1;
            Files.write(slot, bytes);
        }
    }

    @Test
    void oneBadMetaSlotIsRepaired() throws IOException {
        cutThePower(3);
        Path slot = DurableEnsemble.files(directory(), 2, "meta-").get(0);
        byte[] bytes = Files.readAllBytes(slot);
        bytes[40] ^= 1;
        Files.write(slot, bytes);
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            assertThat(ensemble.isVoter(2)).isTrue();
            assertThat(ensemble.status(2).alert()).isEmpty();
        }
    }

    // ---- segments and snapshots

    /** Leaves an ensemble of several segments and, if asked for, several snapshots. */
    private void manySegments(int members, int snapshotRecords) throws IOException {
        Path running = parent.resolve("running");
        try (DurableEnsemble ensemble =
                DurableEnsemble.withSnapshots(running, members, snapshotRecords).start()) {
            ensemble.write("marked", MARK);
            ensemble.writeMany(40, 2_000);
            ensemble.commonDigest();
            ensemble.settleDisks();
            // A snapshot is not begun while the one before is being written, which may take as long as all that was
            // written here.
            for (int id = 1; id <= members && snapshotRecords < 40; id++) {
                while (DurableEnsemble.files(running, id, "snap-").size() < 2) {
                    ensemble.writeMany(snapshotRecords, 2_000);
                    ensemble.commonDigest();
                    ensemble.settleDisks();
                }
            }
        }
        DurableEnsemble.copy(running, directory());
    }

    @Test
    void missingSegmentQuarantinesAMemberAndStopsASingleOne() throws IOException {
        manySegments(3, 1_000_000);
        Files.delete(DurableEnsemble.files(directory(), 2, "seg-").get(1));
        assertQuarantined("seg-");
        DurableEnsemble.delete(directory());
        DurableEnsemble.delete(parent.resolve("running"));
        manySegments(1, 1_000_000);
        Files.delete(DurableEnsemble.files(directory(), 1, "seg-").get(1));
        assertRefused(ensemble(1), Reason.DAMAGED, "the next segment begins at", "quorate-log salvage");
    }

    @Test
    void damageAndZeroPagesInTheMiddleQuarantineAMember() throws IOException {
        manySegments(3, 1_000_000);
        Path middle = DurableEnsemble.files(directory(), 2, "seg-").get(1);
        zero(middle, 4096, 8192);
        assertQuarantined(middle.getFileName().toString());
    }

    @Test
    void segmentOfAnotherHistoryIsFoundByItsChain() throws IOException {
        manySegments(3, 1_000_000);
        Path second = DurableEnsemble.files(directory(), 2, "seg-").get(1);
        Files.copy(DurableEnsemble.files(directory(), 2, "seg-").get(2), second, StandardCopyOption.REPLACE_EXISTING);
        assertQuarantined("seg-");
    }

    @Test
    void badNewestSnapshotIsReplacedByTheOneBeforeAndTheLog() throws IOException {
        manySegments(3, 10);
        List<Path> snapshots = DurableEnsemble.files(directory(), 2, "snap-");
        assertThat(snapshots).hasSizeGreaterThan(1);
        flipAt(snapshots.get(snapshots.size() - 1), 700);
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            assertThat(ensemble.isVoter(2)).isTrue();
            ensemble.commonDigest();
        }
        assertThat(DurableEnsemble.files(directory(), 2, "aside-")).hasSize(1);
    }

    private static void flipAt(Path file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void missingSnapshotsQuarantineAMemberWhoseLogDoesNotBeginAtTheBeginning() throws IOException {
        manySegments(3, 10);
        for (Path snapshot : DurableEnsemble.files(directory(), 2, "snap-")) {
            Files.delete(snapshot);
        }
        assertQuarantined("there is no usable snapshot");
    }

    @Test
    void onlyTheNewestSnapshotsAndTheSegmentsBehindThemAreKept() throws IOException {
        try (DurableEnsemble ensemble =
                DurableEnsemble.withSnapshots(directory(), 1, 10).start()) {
            ensemble.writeMany(120, 2_000);
            ensemble.eventually(() -> keepsThree(), "three snapshots are kept and old segments purged");
            assertThat(ensemble.ensemble()
                            .onLoop(() -> ensemble.ensemble().members().get(0).life()))
                    .isEqualTo(Life.RUNNING);
        }
    }

    private boolean keepsThree() {
        try {
            String first = DurableEnsemble.files(directory(), 1, "seg-")
                    .get(0)
                    .getFileName()
                    .toString();
            return DurableEnsemble.files(directory(), 1, "snap-").size() == 3 && !first.equals("seg-0000000000000001");
        } catch (IOException e) {
            // A file vanished while the directory was listed.
            return false;
        }
    }
}

package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogToolTest {
    @TempDir
    private Path parent;

    private Path directory = Path.of("");
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    @BeforeEach
    void aStoppedSingleMember() throws IOException {
        directory = parent.resolve("member-1");
        MemberStorage storage = open();
        Given.write(storage, 1, 60, 200);
        Given.takeSnapshot(storage, 20);
        storage.close();
    }

    private MemberStorage open() throws IOException {
        return MemberStorage.open(FileChannelDisk.open(directory), Given.singleMember());
    }

    private int run(String... args) {
        output.reset();
        PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
        return new LogTool(out, out, () -> 500).run(args);
    }

    private String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    private void damage(String name, int offset) throws IOException {
        Path file = directory.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }

    private Map<Path, FileTime> times() throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    @Test
    void usageNamesTheVerbsAndExitStates() {
        for (String[] wrong : new String[][] {{}, {"check"}, {"repair", "x"}, {"check", "x", "y"}}) {
            assertThat(run(wrong)).isEqualTo(LogTool.USAGE);
            assertThat(output()).contains("quorate-log salvage DIR").contains("exit status");
        }
        assertThat(run("check", parent.resolve("absent").toString())).isEqualTo(LogTool.UNAVAILABLE);
    }

    @Test
    void checkAndDumpOfAWholeDirectoryChangeNothing() throws IOException {
        Map<Path, FileTime> before = times();
        assertThat(run("check", directory.toString())).isEqualTo(LogTool.OK);
        assertThat(output()).contains("records 1 to 60", "snapshot at (1,20)", "OK");
        assertThat(run("dump", directory.toString())).isEqualTo(LogTool.OK);
        assertThat(output()).contains("(1,1) TXN 200 bytes", "(1,60) TXN 200 bytes");
        assertThat(times()).isEqualTo(before);
    }

    @Test
    void damageIsNamedByFileOffsetAndIndexAndSalvagedUpToThere() throws IOException {
        damage(Names.segment(1), 700 + RecordCodec.sizeOf(200));
        assertThat(run("check", directory.toString())).isEqualTo(LogTool.DAMAGED);
        assertThat(output()).contains("DAMAGED", Names.segment(1), "at byte 768, record 2");
        Map<Path, FileTime> before = times();
        assertThat(run("dump", directory.toString())).isEqualTo(LogTool.DAMAGED);
        assertThat(times()).isEqualTo(before);

        assertThat(run("salvage", directory.toString())).isEqualTo(LogTool.OK);
        assertThat(output()).contains("kept the snapshot at record 20", "incarnation 500");
        assertThat(run("check", directory.toString())).isEqualTo(LogTool.OK);
        MemberStorage salvaged = open();
        assertThat(salvaged.mayVote()).as("as a single member").isTrue();
        assertThat(salvaged.meta().standing()).isEqualTo(Standing.SALVAGED);
        assertThat(salvaged.newestSnapshot()).map(Snapshot::lastIndex).contains(20L);
        Given.write(salvaged, 2, 3, 10);
        salvaged.close();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).anyMatch(file -> file.getFileName().toString().startsWith("aside-100-seg-"));
        }
    }

    @Test
    void withoutSnapshotTheRecordsBeforeTheDamageAreKept() throws IOException {
        Files.delete(directory.resolve(Names.snapshot(20)));
        damage(Names.META_A, 70);
        damage(Names.META_B, 70);
        String last;
        try (Stream<Path> files = Files.list(directory)) {
            last = files.map(file -> file.getFileName().toString())
                    .filter(Names::isSegment)
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
        damage(last, 700);
        assertThat(run("salvage", directory.toString())).isEqualTo(LogTool.OK);
        MemberStorage salvaged = open();
        assertThat(salvaged.log().durable().index()).isEqualTo(Names.indexIn(last) - 1);
        assertThat(salvaged.meta().acceptedEpoch()).isEqualTo(1);
        salvaged.close();
    }

    @Test
    void aDirectoryInUseIsNotLookedAt() throws IOException {
        MemberStorage running = open();
        assertThat(run("check", directory.toString())).isEqualTo(LogTool.UNAVAILABLE);
        assertThat(run("salvage", directory.toString())).isEqualTo(LogTool.UNAVAILABLE);
        assertThat(output()).contains("is in use by this process");
        running.close();
    }
}

package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as an operator runs it: a process of its own, with nothing on the class path but this module. */
class LogToolProcessTest {
    @TempDir
    private Path parent;

    private String output = "";

    private int run(String... args) throws IOException, InterruptedException {
        Path classes = Path.of(LogTool.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("-cp", classes.toString(), LogTool.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor();
    }

    @Test
    void needsNothingButItself() throws Exception {
        Path directory = parent.resolve("member-1");
        MemberStorage storage = MemberStorage.open(FileChannelDisk.open(directory), Given.singleMember());
        Given.write(storage, 1, 60, 200);
        Given.takeSnapshot(storage, 20);
        assertThat(run("check", directory.toString())).as(output).isEqualTo(LogTool.UNAVAILABLE);
        assertThat(output)
                .contains("is in use by process " + ProcessHandle.current().pid());
        storage.close();

        assertThat(run("check", directory.toString())).as(output).isEqualTo(LogTool.OK);
        assertThat(output).contains("records 1 to 60");
        assertThat(run("dump", directory.toString())).as(output).isEqualTo(LogTool.OK);
        assertThat(run("salvage", directory.toString())).as(output).isEqualTo(LogTool.OK);
        assertThat(output).contains("kept the snapshot at record 20");
        assertThat(run()).isEqualTo(LogTool.USAGE);
    }
}

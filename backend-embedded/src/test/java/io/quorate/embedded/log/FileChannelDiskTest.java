package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class FileChannelDiskTest {
    @TempDir
    private Path parent;

    private FileChannelDisk disk() throws IOException {
        return FileChannelDisk.open(parent.resolve("member-1"));
    }

    @Test
    void aLogOnARealFileSystemIsReadBack() throws IOException {
        MemberStorage storage = Given.open(disk());
        Given.write(storage, 1, 50, 200);
        Given.takeSnapshot(storage, 50);
        storage.truncate(50);
        Given.write(storage, 2, 50, 200);
        storage.truncate(60);
        storage.close();
        MemberStorage again = Given.open(disk());
        assertThat(again.report().outcome()).isEqualTo(RecoveryReport.Outcome.CLEAN);
        assertThat(Given.all(again.log())).hasSize(60);
        try (SnapshotReader reader = again.open(again.newestSnapshot().orElseThrow())) {
            assertThat(reader.readAllBytes()).isEqualTo(Given.stateAt(50));
        }
        again.close();
    }

    @Test
    void directoryAndFilesBelongToTheOwnerAlone() throws IOException {
        MemberStorage storage = Given.open(disk());
        Given.write(storage, 1, 50, 200);
        Given.takeSnapshot(storage, 50);
        Path directory = parent.resolve("member-1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)))
                            .isEqualTo("rw-------"));
        }
        storage.close();
    }

    @Test
    void aDirectoryThatOthersMayWriteToIsRefused() throws IOException {
        Path directory = Files.createDirectory(parent.resolve("open"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> FileChannelDisk.open(directory))
                .isInstanceOf(UnsafeDataDirException.class)
                .hasMessageContaining("chmod 700");
    }

    @Test
    void aSymbolicLinkIsRefusedAsDirectoryAndAsFile() throws IOException {
        Path real = disk().location().isEmpty() ? parent : parent.resolve("member-1");
        Path link = Files.createSymbolicLink(parent.resolve("link"), real);
        assertThatThrownBy(() -> FileChannelDisk.open(link)).isInstanceOf(UnsafeDataDirException.class);
        Files.writeString(parent.resolve("elsewhere"), "x");
        Files.createSymbolicLink(real.resolve(Names.META_A), parent.resolve("elsewhere"));
        assertThatThrownBy(() -> disk().open(Names.META_A)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk().open("../elsewhere")).isInstanceOf(IOException.class);
    }

    @Test
    void aDirectoryIsOpenedOnce() throws IOException {
        MemberStorage storage = Given.open(disk());
        FileChannelDisk stranger = FileChannelDisk.open(parent.resolve("member-1"));
        assertThatThrownBy(() -> Given.open(stranger))
                .isInstanceOf(DataDirInUseException.class)
                .hasMessageContaining("share the ensemble")
                .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
        storage.close();
        Given.open(disk()).close();
    }
}

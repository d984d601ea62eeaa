package io.quorate.embedded.member;

import io.quorate.embedded.log.Disk;
import io.quorate.embedded.log.FileChannelDisk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The directories of an ensemble on the local file system: one for the ensemble, and below it one for each member.
 *
 * @param path the directory of the ensemble
 */
public record DirectoryDisks(Path path) implements EnsembleDisks {

    @Override
    public Disk ensemble() throws IOException {
        return FileChannelDisk.open(path);
    }

    @Override
    public Disk member(int id) throws IOException {
        return FileChannelDisk.open(path.resolve(EnsembleDirectory.memberName(id)));
    }
}

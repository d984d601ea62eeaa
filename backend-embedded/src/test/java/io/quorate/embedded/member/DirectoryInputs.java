package io.quorate.embedded.member;

import io.quorate.embedded.log.Disk;
import io.quorate.embedded.log.EnsembleMismatchException;
import io.quorate.embedded.log.SimulatedDisk;
import java.io.IOException;
import java.util.UUID;

/** Arbitrary bytes as the file that says whose a directory is. */
public final class DirectoryInputs {

    private DirectoryInputs() {}

    /** The file {@code ensemble}: it is understood, or refused with nothing changed. */
    public static void ensembleFile(byte[] input) {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put("ensemble", input);
        EnsembleDisks disks = new EnsembleDisks() {
            @Override
            public Disk ensemble() {
                return disk;
            }

            @Override
            public Disk member(int id) {
                return disk;
            }
        };
        try (EnsembleDirectory directory = new EnsembleDirectory(disks, 3, () -> new UUID(1, 2))) {
            UUID unused = directory.open();
        } catch (EnsembleMismatchException e) {
            // Refused.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        if (disk.isLocked() || disk.openFiles() > 0) {
            throw new IllegalStateException("the directory is left open");
        }
    }
}

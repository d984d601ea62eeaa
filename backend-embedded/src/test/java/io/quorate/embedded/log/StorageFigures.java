package io.quorate.embedded.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Measures the storage on the real file system; a program, not a test: {@code StorageFigures DIR RECORDS}. */
final class StorageFigures {
    private static final int BODY = 100;

    private final Path parent;

    private StorageFigures(Path parent) {
        this.parent = parent;
    }

    public static void main(String[] args) throws IOException {
        StorageFigures figures = new StorageFigures(Path.of(args[0]));
        int records = Integer.parseInt(args[1]);
        for (int batch : new int[] {1, 8, 64, 512}) {
            figures.appending(batch, Math.min(batch * 400, 100_000));
        }
        figures.recovery(records);
    }

    private void appending(int batch, int records) throws IOException {
        Path directory = parent.resolve("batch-" + batch);
        MemberStorage storage = open(directory);
        Given.accept(storage, 1);
        long begin = System.nanoTime();
        write(storage, batch, records);
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "append+fsync, batches of %d: %,.0f records/s, %,.0f fsyncs/s%n",
                batch, records / seconds, records / (double) batch / seconds);
        storage.close();
        delete(directory);
    }

    private void recovery(int records) throws IOException {
        Path directory = parent.resolve("recovery");
        MemberStorage storage = open(directory);
        Given.accept(storage, 1);
        long writing = System.nanoTime();
        write(storage, 10_000, records);
        System.out.printf("wrote %,d records in %.2f s%n", records, (System.nanoTime() - writing) / 1e9);
        storage.close();
        for (int i = 0; i < 3; i++) {
            long begin = System.nanoTime();
            MemberStorage again = open(directory);
            System.out.printf(
                    "recovered %,d records in %.2f s%n", again.report().records(), (System.nanoTime() - begin) / 1e9);
            long reading = System.nanoTime();
            again.log().read(records / 2, records / 2, 1);
            System.out.printf("one record read in %.0f us%n", (System.nanoTime() - reading) / 1e3);
            again.close();
        }
        delete(directory);
    }

    private static void write(MemberStorage storage, int batch, int records) {
        byte[][] bodies = Given.bodies(batch, BODY);
        for (int done = 0; done < records; done += batch) {
            List<LogRecord> next = new ArrayList<>(Given.next(storage.log(), 1, bodies));
            storage.log().append(next);
            storage.log().sync();
        }
    }

    private static MemberStorage open(Path directory) throws IOException {
        StorageConfig config =
                new StorageConfig(Given.CLUSTER, 1, false, true, () -> 1, System::nanoTime, LogLimits.DEFAULT);
        return MemberStorage.open(FileChannelDisk.open(directory), config);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

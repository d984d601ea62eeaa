package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.embedded.log.RecoveryReport.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No change of the files makes a member serve what was not written or forget, unnoticed, what was acknowledged. */
class MutationTest {
    private static final LogLimits TINY = new LogLimits(2048, 512, 4096, 3, 0);
    private static final StorageConfig CONFIG = Given.config(TINY, false);

    private final SimulatedDisk disk = new SimulatedDisk();

    private List<LogRecord> aSmallLog() throws IOException {
        MemberStorage storage = MemberStorage.open(disk, CONFIG);
        Given.write(storage, 1, 2, 40);
        Given.accept(storage, 2);
        storage.log().append(Given.next(storage.log(), 2, new byte[700], new byte[3]));
        storage.log().sync();
        Given.takeSnapshot(storage, 3);
        Given.write(storage, 2, 3, 300);
        return Given.all(storage.log());
    }

    private static boolean isWholeOrSetAside(SimulatedDisk damaged, List<LogRecord> written) {
        MemberStorage storage = MemberStorage.open(damaged, CONFIG);
        if (storage.report().outcome() == Outcome.QUARANTINED) {
            return true;
        }
        assertThat(storage.log().read(1, storage.log().durable().index(), Long.MAX_VALUE))
                .isEqualTo(written);
        assertThat(storage.meta().acceptedEpoch()).isEqualTo(2);
        return false;
    }

    @Test
    void everyFlippedBitOfEveryFileIsNoticedOrHarmless() throws IOException {
        List<LogRecord> written = aSmallLog();
        int noticed = 0;
        int harmless = 0;
        for (String name : disk.list()) {
            int size = disk.content(name).length;
            for (int offset = 0; offset < size; offset++) {
                SimulatedDisk damaged = disk.afterProcessDeath();
                damaged.flip(name, offset, 1 << (offset % 8));
                if (isWholeOrSetAside(damaged, written)) {
                    noticed++;
                } else {
                    harmless++;
                }
            }
        }
        System.out.println("bit flips: noticed=" + noticed + " harmless=" + harmless);
        assertThat(noticed).isGreaterThan(2_000);
        assertThat(harmless).as("meta slots, older snapshots and unused zeros").isGreaterThan(1_000);
    }

    @Test
    void everyByteOfEveryRecordIsCovered() throws IOException {
        aSmallLog();
        byte[] segment = disk.content(Names.segment(1));
        int end = SegmentHeader.SIZE + RecordCodec.sizeOf(40) * 2 + RecordCodec.sizeOf(700) + RecordCodec.sizeOf(3);
        assertThat(end).isLessThan(segment.length);
        for (int offset = 0; offset < end; offset++) {
            SimulatedDisk damaged = disk.afterProcessDeath();
            damaged.flip(Names.segment(1), offset, 0xFF);
            assertThat(MemberStorage.open(damaged, CONFIG).report().outcome())
                    .as("byte %s", offset)
                    .isEqualTo(Outcome.QUARANTINED);
        }
    }

    @Test
    void garbageOfAnyLengthIsNeverAnUncaughtFailure() throws IOException {
        List<LogRecord> written = aSmallLog();
        Random random = new Random(1);
        List<String> names = disk.list();
        for (int i = 0; i < 2_000; i++) {
            SimulatedDisk damaged = disk.afterProcessDeath();
            String name = names.get(random.nextInt(names.size()));
            byte[] garbage = new byte[1 + random.nextInt(600)];
            random.nextBytes(garbage);
            damaged.overwrite(name, random.nextInt(damaged.content(name).length), garbage);
            isWholeOrSetAside(damaged, written);
        }
    }

    @Test
    void aLostSectorOfADurableBatchIsNoticedOnceAnythingFollows() throws IOException {
        List<LogRecord> written = aSmallLog();
        for (String name : disk.list()) {
            int size = disk.content(name).length;
            for (int offset = 0; offset < size; offset += 512) {
                SimulatedDisk damaged = disk.afterProcessDeath();
                damaged.overwrite(name, offset, new byte[Math.min(512, size - offset)]);
                boolean isLastBatch = Names.isSegment(name) && Names.indexIn(name) > 5;
                if (!isLastBatch) {
                    isWholeOrSetAside(damaged, written);
                }
            }
        }
    }
}

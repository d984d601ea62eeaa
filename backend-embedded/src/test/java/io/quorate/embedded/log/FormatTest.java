package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bytes on disk are those that the package comment describes; a change here is a new format version. */
class FormatTest {
    private final SimulatedDisk disk = new SimulatedDisk();
    private byte[] segmentBytes = new byte[0];
    private byte[] metaBytes = new byte[0];
    private ByteBuffer segment = ByteBuffer.wrap(segmentBytes);
    private ByteBuffer meta = ByteBuffer.wrap(metaBytes);

    @BeforeEach
    void oneRecord() {
        MemberStorage storage = Given.open(disk);
        storage.noteMemberList(3, 33);
        storage.acceptEpoch(6, new AcceptedLeader(2, 9));
        byte[] body = "set /a 1".getBytes(StandardCharsets.UTF_8);
        storage.log().append(List.of(new LogRecord(5, 1, ChainHash.START, RecordType.NEWLEADER, body)));
        storage.log().sync();
        segmentBytes = disk.content(Names.segment(1));
        segment = ByteBuffer.wrap(segmentBytes);
        metaBytes = disk.content(Names.META_A);
        meta = ByteBuffer.wrap(metaBytes);
    }

    private static String text(byte[] bytes, int at) {
        return new String(bytes, at, 8, StandardCharsets.US_ASCII);
    }

    private static int crc(ByteBuffer bytes, int from, int to, long... salt) {
        CRC32C crc = new CRC32C();
        for (long part : salt) {
            crc.update(ByteBuffer.allocate(8).putLong(0, part));
        }
        crc.update(bytes.duplicate().position(from).limit(to));
        return (int) crc.getValue();
    }

    @Test
    void aSegmentBeginsWithItsHeader() {
        assertThat(text(segmentBytes, 0)).isEqualTo("QRATELOG");
        assertThat(segment.getInt(8)).isEqualTo(1);
        assertThat(segment.getLong(16)).isEqualTo(Given.CLUSTER.getMostSignificantBits());
        assertThat(segment.getLong(32)).isEqualTo(1);
        assertThat(segment.getLong(40)).isEqualTo(100);
        assertThat(segment.getLong(48)).isEqualTo(1);
        assertThat(segment.getLong(56)).isZero();
        assertThat(segment.getLong(64)).isZero();
        assertThat(segment.getInt(508)).isEqualTo(crc(segment, 0, 508));
    }

    @Test
    void aRecordFollowsItsLayout() {
        int at = 512;
        assertThat(segment.getInt(at)).isEqualTo(33 + 8);
        assertThat(segment.getInt(at + 4)).isEqualTo(crc(segment, at + 16, at + 16 + 41, 100, 1));
        assertThat(segment.getInt(at + 8)).isZero();
        assertThat(segment.getInt(at + 12)).isEqualTo(crc(segment, at, at + 12, 100, 1));
        assertThat(segment.getLong(at + 16)).isEqualTo(5);
        assertThat(segment.getLong(at + 24)).isEqualTo(1);
        assertThat(segment.getLong(at + 32)).isZero();
        assertThat(segment.getLong(at + 40)).isZero();
        assertThat(segment.get(at + 48)).isEqualTo((byte) 1);
        assertThat(text(segmentBytes, at + 49)).isEqualTo("set /a 1");
        assertThat(Sectors.isZero(segment, at + 57, segment.capacity())).isTrue();
    }

    @Test
    void theChainHashIsPinned() {
        ByteBuffer body = ByteBuffer.wrap("x".getBytes(StandardCharsets.US_ASCII));
        assertThat(new ChainHash().next(1, 2, 3, RecordType.TXN, body)).isEqualTo(0xa228d2e133ee9b7eL);
    }

    @Test
    void aMetaSlotFollowsItsLayout() {
        assertThat(disk.content(Names.META_B)).isEqualTo(metaBytes);
        assertThat(text(metaBytes, 0)).isEqualTo("QRATMETA");
        assertThat(meta.getInt(8)).isEqualTo(1);
        assertThat(meta.getLong(16))
                .as("sequence: created, opened, member list, epoch")
                .isEqualTo(4);
        assertThat(meta.getLong(48)).isEqualTo(100);
        assertThat(meta.getLong(56)).isEqualTo(1);
        assertThat(meta.getLong(64)).isEqualTo(3);
        assertThat(meta.getLong(72)).isEqualTo(33);
        assertThat(meta.getLong(80)).isEqualTo(6);
        assertThat(meta.get(88)).isEqualTo((byte) 1);
        assertThat(meta.getLong(89)).isEqualTo(2);
        assertThat(meta.getLong(97)).isEqualTo(9);
        assertThat(meta.get(105)).isZero();
        assertThat(meta.get(106)).isZero();
        assertThat(meta.getLong(107)).isZero();
        assertThat(meta.get(115)).isZero();
        assertThat(meta.getInt(508)).isEqualTo(crc(meta, 0, 508));
    }
}

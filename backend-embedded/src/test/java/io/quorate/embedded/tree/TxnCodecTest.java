package io.quorate.embedded.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What was written is read again; anything else gets one clear exception and costs no more than its own length. */
class TxnCodecTest {

    private static final byte[] PASSWORD = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    @SuppressWarnings("NullAway") // It overlooks, in class files, that an array may be null.
    static final List<Txn> SAMPLES = List.of(
            new Txn.NoOp(),
            new Txn.OpenSession(PASSWORD, 15_000, "Zo\u00eb \ud83d\udd12", 1_700_000_000_000L),
            new Txn.OpenSession(PASSWORD, Integer.MAX_VALUE, "o".repeat(128), -1),
            new Txn.CloseSession(7, true, 5, List.of()),
            new Txn.CloseSession(
                    Long.MAX_VALUE,
                    false,
                    Long.MIN_VALUE,
                    List.of(new NodeChange.Deleted("/a"), new NodeChange.Deleted("/b/c"))),
            new Txn.Reap(12, List.of(new NodeChange.Deleted("/\u00e9t\u00e9/\u6f22"))),
            new Txn.Write(
                    3,
                    9,
                    8,
                    77,
                    List.of(
                            new NodeChange.Created("/p", null, NodeKind.PERSISTENT, 0, false),
                            new NodeChange.Created("/p/e", new byte[0], NodeKind.EPHEMERAL, 0, true),
                            new NodeChange.Created("/c", new byte[300], NodeKind.CONTAINER, 0, false),
                            new NodeChange.Created("/t", new byte[] {-1}, NodeKind.TTL, 60_000, true),
                            new NodeChange.Updated("/u", null),
                            new NodeChange.Updated("/u/v", new byte[129]),
                            new NodeChange.Deleted("/d")),
                    Result.Done.INSTANCE),
            write(new Result.Created("/q/w-0")),
            write(new Result.Created(List.of("/q/w-0", "/\u00e9t\u00e9/w-7", "/q"))),
            write(new Result.Dequeued(true)),
            write(new Result.Failed(Result.Reason.NOT_EMPTY, 127)),
            write(new Result.LimitExceeded(Limit.TOTAL_BYTES, 3, 1L << 40, (1L << 40) + 1)));

    private static Txn write(Result result) {
        return new Txn.Write(1, 1, 0, 0, List.of(), result);
    }

    @Test
    void everyTransactionIsReadAsItWasWritten() {
        TxnCodec codec = new TxnCodec();
        for (Txn txn : SAMPLES) {
            byte[] bytes = codec.encode(txn);
            assertThat(TxnCodec.decode(ByteBuffer.wrap(bytes))).isEqualTo(txn);
            assertThat(codec.encodedSize(txn)).isEqualTo(bytes.length);
            assertThat(codec.encode(TxnCodec.decode(ByteBuffer.wrap(bytes)))).isEqualTo(bytes);
        }
    }

    @Test
    void everyTruncationAndEveryContinuationIsRefused() {
        for (Txn txn : SAMPLES) {
            byte[] bytes = new TxnCodec().encode(txn);
            for (int length = 0; length < bytes.length; length++) {
                assertRefused(Arrays.copyOf(bytes, length));
            }
            assertRefused(Arrays.copyOf(bytes, bytes.length + 1));
        }
    }

    @Test
    void everyFlippedBitIsRefusedOrReadAsAnotherTransaction() {
        int refused = 0;
        int read = 0;
        for (Txn txn : SAMPLES) {
            byte[] bytes = new TxnCodec().encode(txn);
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] flipped = bytes.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                Txn other = decodeOrRefuse(flipped);
                if (other == null) {
                    refused++;
                } else {
                    read++;
                    assertThat(other).isNotEqualTo(txn);
                    assertThat(new TxnCodec().encode(other)).isEqualTo(flipped);
                }
            }
        }
        assertThat(refused).isPositive();
        assertThat(read).isPositive();
    }

    @Test
    void randomBytesNeverCauseAnythingButTheDeclaredException() {
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            if (bytes.length > 1) {
                bytes[0] = TxnCodec.VERSION;
                bytes[1] = (byte) random.nextInt(6);
            }
            decodeOrRefuse(bytes);
        }
    }

    @Test
    void severalMutationsAtOnceNeverCauseAnythingButTheDeclaredException() {
        Random random = new Random(2);
        TxnCodec codec = new TxnCodec();
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = codec.encode(SAMPLES.get(random.nextInt(SAMPLES.size())));
            for (int k = random.nextInt(4); k >= 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            decodeOrRefuse(bytes);
        }
    }

    @Test
    void lengthThatIsOnlyClaimedIsNotAllocated() {
        BinaryOutput output = new BinaryOutput(64);
        output.octet(TxnCodec.VERSION);
        output.octet(3);
        output.number(1);
        output.number(1);
        output.number(0);
        output.signed(0);
        output.octet(0);
        output.number(TreeLimits.HARD_TXN_BYTES);
        byte[] bytes = output.toByteArray();
        assertThatThrownBy(() -> TxnCodec.decode(ByteBuffer.wrap(bytes)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("cut short");
    }

    @Test
    void otherVersionIsRefusedByName() {
        assertThatThrownBy(() -> TxnCodec.decode(ByteBuffer.wrap(new byte[] {2, 0})))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void transactionThatIsTooLongIsRefusedUnread() {
        assertThatThrownBy(() -> TxnCodec.decode(ByteBuffer.allocate(TreeLimits.HARD_TXN_BYTES + 1)))
                .isInstanceOf(MalformedDataException.class);
    }

    private static void assertRefused(byte[] bytes) {
        assertThatThrownBy(() -> TxnCodec.decode(ByteBuffer.wrap(bytes))).isInstanceOf(MalformedDataException.class);
    }

    private static @Nullable Txn decodeOrRefuse(byte[] bytes) {
        try {
            return TxnCodec.decode(ByteBuffer.wrap(bytes));
        } catch (MalformedDataException e) {
            return null;
        }
    }
}

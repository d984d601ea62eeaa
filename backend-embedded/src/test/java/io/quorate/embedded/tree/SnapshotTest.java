package io.quorate.embedded.tree;

import static io.quorate.embedded.tree.Fixture.commit;
import static io.quorate.embedded.tree.Fixture.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Bytes;
import io.quorate.backend.Content;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A snapshot is the state at exactly one index, whatever happens while it is written; anything else is refused. */
class SnapshotTest {

    @Test
    void snapshotIsTheStateAtItsIndexWhileEverythingChanges() {
        Fixture member = populated(200);
        long digest = member.state.digest();
        SnapshotWriter writer = member.state.beginSnapshot();
        List<byte[]> chunks = new ArrayList<>();
        long session = member.open();
        int i = 0;
        for (byte[] chunk = writer.next(100); chunk != null; chunk = writer.next(100)) {
            chunks.add(chunk);
            member.run(member.write(session, commit().update(key("/n/" + i % 50), Bytes.utf8("later"))));
            member.run(member.write(session, commit().delete(key("/n/" + (199 - i % 100)))));
            member.run(member.write(session, commit().create(key("/later/" + i), null)));
            i++;
        }
        StateMachine loaded = load(chunks);
        assertThat(loaded.appliedIndex()).isEqualTo(writer.index());
        assertThat(loaded.digest()).isEqualTo(digest).isNotEqualTo(member.state.digest());
        assertThat(loaded.list(key("/n"), Content.KEYS).keys())
                .hasSize(200)
                .startsWith(key("/n/0"))
                .endsWith(key("/n/199"));
    }

    @Test
    void oneSnapshotAtATime() {
        Fixture member = populated(3);
        SnapshotWriter writer = member.state.beginSnapshot();
        assertThatThrownBy(member.state::beginSnapshot).isInstanceOf(IllegalStateException.class);
        writer.close();
        writer.close();
        assertThat(writer.next(10)).isNull();
        assertThat(load(write(member.state, 10)).digest()).isEqualTo(member.state.digest());
    }

    @Test
    void chunkStaysNearTheSizeThatWasAskedFor() {
        Fixture member = populated(500);
        for (byte[] chunk : write(member.state, 1_000)) {
            assertThat(chunk.length).isLessThan(1_200);
        }
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole = whole(populated(5).state);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> load(List.of(cut))).isInstanceOf(MalformedDataException.class);
        }
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        assertThatThrownBy(() -> load(List.of(longer))).isInstanceOf(MalformedDataException.class);
    }

    @Test
    void everyFlippedBitIsRefused() {
        byte[] whole = whole(populated(8).state);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            int at = bit;
            assertThatThrownBy(() -> load(List.of(flipped)))
                    .as("bit %s", at)
                    .isInstanceOf(MalformedDataException.class);
        }
    }

    @Test
    void severalMutationsAtOnceAreRefused() {
        byte[] whole = whole(populated(8).state);
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] mutated = whole.clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                mutated[random.nextInt(mutated.length)] ^= (byte) (1 + random.nextInt(255));
            }
            if (!Arrays.equals(mutated, whole)) {
                assertThatThrownBy(() -> load(List.of(mutated))).isInstanceOf(MalformedDataException.class);
            }
        }
    }

    @Test
    void missingDoubledOrSwappedChunksAreRefused() {
        List<byte[]> chunks = write(populated(50).state, 200);
        for (int i = 0; i < chunks.size(); i++) {
            List<byte[]> missing = new ArrayList<>(chunks);
            missing.remove(i);
            assertThatThrownBy(() -> load(missing)).isInstanceOf(MalformedDataException.class);
            List<byte[]> doubled = new ArrayList<>(chunks);
            doubled.add(i, chunks.get(i));
            assertThatThrownBy(() -> load(doubled)).isInstanceOf(MalformedDataException.class);
        }
    }

    @Test
    void otherVersionAndOtherBytesAreRefusedByName() {
        byte[] whole = whole(populated(2).state);
        byte[] newer = whole.clone();
        newer[9] = 2;
        assertThatThrownBy(() -> load(List.of(newer)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("version 2");
        byte[] other = whole.clone();
        other[1] = 'x';
        assertThatThrownBy(() -> load(List.of(other)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("no snapshot");
    }

    @Test
    void remainingTransactionsLeadToTheSameStateAsAllOfThem() {
        Fixture member = populated(40);
        List<byte[]> chunks = write(member.state, 64);
        StateMachine loaded = load(chunks);
        for (Txn txn : TxnCodecTest.SAMPLES.subList(0, 3)) {
            member.state.apply(member.state.appliedIndex() + 1, txn);
            loaded.apply(loaded.appliedIndex() + 1, txn);
            assertThat(loaded.digest()).isEqualTo(member.state.digest());
        }
    }

    @Test
    void emptyStateIsASnapshotToo() {
        StateMachine empty = new StateMachine();
        assertThat(load(write(empty, 10)).digest()).isEqualTo(empty.digest());
    }

    static Fixture populated(int nodes) {
        Fixture member = new Fixture();
        long session = member.open();
        for (int i = 0; i < nodes; i++) {
            member.run(member.write(session, commit().create(key("/n/" + i), Bytes.utf8("value " + i))));
        }
        member.run(member.write(session, commit().createOwned(key("/owned"), null)));
        member.run(member.enqueue(session, "/locks/one"));
        member.run(member.create(session, "/ttl", CreateMode.TTL_SEQUENTIAL, 500));
        return member;
    }

    static List<byte[]> write(StateMachine state, int bytes) {
        List<byte[]> chunks = new ArrayList<>();
        SnapshotWriter writer = state.beginSnapshot();
        for (byte[] chunk = writer.next(bytes); chunk != null; chunk = writer.next(bytes)) {
            chunks.add(chunk);
        }
        return chunks;
    }

    private static byte[] whole(StateMachine state) {
        ByteBuffer whole = ByteBuffer.allocate(1 << 16);
        write(state, 1 << 12).forEach(whole::put);
        return Arrays.copyOf(whole.array(), whole.position());
    }

    static StateMachine load(List<byte[]> chunks) {
        SnapshotLoader loader = new SnapshotLoader();
        chunks.forEach(chunk -> loader.accept(ByteBuffer.wrap(chunk)));
        return loader.finish();
    }
}

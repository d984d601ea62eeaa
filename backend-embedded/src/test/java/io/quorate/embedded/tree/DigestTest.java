package io.quorate.embedded.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Two members must never differ without their digests telling. */
class DigestTest {

    @Test
    void everyFieldOfANodeIsCovered() {
        assertCoversMetadata(Rules.SOUND);
    }

    static void assertCoversMetadata(Rules rules) {
        Map<String, Consumer<Znode>> fields = new LinkedHashMap<>();
        fields.put("kind", node -> node.kind = NodeKind.CONTAINER);
        fields.put("czxid", node -> node.czxid++);
        fields.put("mzxid", node -> node.mzxid++);
        fields.put("pzxid", node -> node.pzxid++);
        fields.put("ctime", node -> node.ctime++);
        fields.put("mtime", node -> node.mtime++);
        fields.put("owner", node -> node.owner++);
        fields.put("version", node -> node.version++);
        fields.put("aversion", node -> node.aversion++);
        fields.put("no value", node -> node.data = null);
        fields.put("longer value", node -> node.data = new byte[1]);
        fields.put("cversion", node -> node.childrenForChange().cversion++);
        fields.put("sequence", node -> node.childrenForChange().sequence++);
        fields.put("children", node -> node.childrenForChange().count++);
        fields.forEach((field, change) -> {
            Znode node = node("a");
            long before = Digest.metadata(node, rules);
            change.accept(node);
            assertThat(Digest.metadata(node, rules)).as(field).isNotEqualTo(before);
        });
    }

    @Test
    void nameAndParentAreCovered() {
        Znode a = node("a");
        Znode below = new Znode(a, "a", NodeKind.PERSISTENT);
        Znode beside = node("b");
        assertThat(Digest.metadata(beside, Rules.SOUND)).isNotEqualTo(Digest.metadata(a, Rules.SOUND));
        assertThat(below.pathHash).isNotEqualTo(a.pathHash);
    }

    @Test
    void everyByteOfAValueIsCoveredWhateverItsLength() {
        for (int length = 1; length < 40; length++) {
            for (int i = 0; i < length; i++) {
                Znode node = node("a");
                node.data = new byte[length];
                long before = Digest.value(node);
                node.data[i] ^= 1;
                assertThat(Digest.value(node)).isNotEqualTo(before);
            }
        }
    }

    @Test
    void sameValueCountsDifferentlyElsewhere() {
        Znode a = node("a");
        Znode b = node("b");
        a.data = new byte[] {1, 2, 3};
        b.data = new byte[] {1, 2, 3};
        assertThat(Digest.value(a)).isNotEqualTo(Digest.value(b));
    }

    @Test
    void everyFieldOfASessionIsCovered() {
        long before = SessionTable.digest(session(1, 2, "o", 3, 0, 0, 7));
        assertThat(SessionTable.digest(session(2, 2, "o", 3, 0, 0, 7))).isNotEqualTo(before);
        assertThat(SessionTable.digest(session(1, 3, "o", 3, 0, 0, 7))).isNotEqualTo(before);
        assertThat(SessionTable.digest(session(1, 2, "p", 3, 0, 0, 7))).isNotEqualTo(before);
        assertThat(SessionTable.digest(session(1, 2, "o", 4, 0, 0, 7))).isNotEqualTo(before);
        assertThat(SessionTable.digest(session(1, 2, "o", 3, 1, 0, 7))).isNotEqualTo(before);
        assertThat(SessionTable.digest(session(1, 2, "o", 3, 0, 1, 7))).isNotEqualTo(before);
        assertThat(SessionTable.digest(session(1, 2, "o", 3, 0, 0, 8))).isNotEqualTo(before);
    }

    private static SessionRecord session(
            long id, int timeout, String owner, long openedAt, int passwordByte, int position, long index) {
        byte[] password = new byte[16];
        password[15] = (byte) passwordByte;
        SessionRecord session = new SessionRecord(id, password, timeout, owner, openedAt);
        session.remember(index, new Result.Failed(Result.Reason.NOT_EMPTY, position));
        return session;
    }

    private static Znode node(String name) {
        Znode node = new Znode(new Znode(null, "", NodeKind.PERSISTENT), name, NodeKind.PERSISTENT);
        node.data = new byte[0];
        return node;
    }
}

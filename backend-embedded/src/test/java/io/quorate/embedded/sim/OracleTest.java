package io.quorate.embedded.sim;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.embedded.tree.NodeChange;
import io.quorate.embedded.tree.NodeKind;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.tree.Txn;
import io.quorate.embedded.tree.TxnCodec;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What must not be committed is noticed when it is. */
class OracleTest {

    private final Oracle oracle = new Oracle();

    private void commit(Txn txn) {
        oracle.apply(new LogRecord(1, oracle.lastIndex() + 1, 0, RecordType.TXN, new TxnCodec().encode(txn)));
    }

    private static Txn open() {
        return new Txn.OpenSession(new byte[Txn.OpenSession.PASSWORD_BYTES], 1000, "c", 1);
    }

    private static Txn own(long session, String path) {
        return new Txn.Write(
                session,
                1,
                0,
                1,
                List.of(new NodeChange.Created(path, new byte[] {(byte) session}, NodeKind.EPHEMERAL, 0, false)),
                Result.Done.INSTANCE);
    }

    private void assertNoticed(Txn txn) {
        assertThatThrownBy(() -> commit(txn))
                .isInstanceOf(PropertyViolated.class)
                .hasMessageStartingWith("EphemeralOwners");
    }

    @Test
    void endOfASessionThatLeavesWhatItOwnsIsNoticed() {
        commit(open());
        commit(own(1, "/a"));
        assertNoticed(new Txn.CloseSession(1, false, 2, List.of()));
    }

    @Test
    void endOfASessionThatTakesWhatAnotherOwnsIsNoticed() {
        commit(open());
        commit(open());
        commit(own(2, "/a"));
        assertNoticed(new Txn.CloseSession(1, true, 2, List.of(new NodeChange.Deleted("/a"))));
    }

    @Test
    void nodeOfASessionThatIsNotOpenIsNoticed() {
        assertNoticed(own(7, "/a"));
    }
}

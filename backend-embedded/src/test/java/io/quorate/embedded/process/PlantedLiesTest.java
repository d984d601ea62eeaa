package io.quorate.embedded.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Key;
import io.quorate.embedded.process.ClientOperation.Outcome;
import io.quorate.embedded.sim.Oracle;
import io.quorate.embedded.sim.PropertyViolated;
import io.quorate.embedded.tree.NodeChange;
import io.quorate.embedded.tree.NodeKind;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.tree.Txn;
import io.quorate.embedded.tree.TxnCodec;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordType;
import io.quorate.linearizability.testing.VersionedStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each check finds the lie that it is there for, and nothing in a true history. */
class PlantedLiesTest {

    private static final String KEY = "kv/0/k1";

    private final Oracle oracle = new Oracle();
    private final List<ClientOperation> operations = new ArrayList<>();
    private long lastOperation;
    private long time;

    /** Session 1 creates the key at 2 and changes it at 3 and at 4. */
    @BeforeEach
    void commitSome() {
        oracle.letValuesRepeatUnless(key -> key.toString().contains("/k"));
        commit(new Txn.OpenSession(new byte[Txn.OpenSession.PASSWORD_BYTES], 1000, "c", 1));
        create(NodeKind.PERSISTENT, "/" + KEY, "v1");
        write(new NodeChange.Updated("/" + KEY, bytes("v2")));
        write(new NodeChange.Updated("/" + KEY, bytes("v3")));
    }

    private static byte[] bytes(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private void commit(Txn txn) {
        var unused =
                oracle.apply(new LogRecord(1, oracle.lastIndex() + 1, 0, RecordType.TXN, new TxnCodec().encode(txn)));
    }

    private void write(NodeChange... changes) {
        commit(new Txn.Write(1, ++lastOperation, 0, 1, List.of(changes), Result.Done.INSTANCE));
    }

    /** Creates an entry, and what is missing on the way to it. */
    private void create(NodeKind kind, String path, String value) {
        List<NodeChange> changes = new ArrayList<>();
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String parent = path.substring(0, slash);
            if (oracle.state().get(Key.of(parent)).isEmpty()) {
                changes.add(new NodeChange.Created(parent, bytes("c"), NodeKind.CONTAINER, 0, false));
            }
        }
        changes.add(new NodeChange.Created(path, bytes(value), kind, 0, false));
        write(changes.toArray(new NodeChange[0]));
    }

    private void told(VersionedStore.Input input, boolean latest, VersionedStore.Output output) {
        time += 2;
        operations.add(new ClientOperation(1, 1, input, latest, time, time + 1, Outcome.ANSWERED, output));
    }

    private void toldOfAll() {
        told(new VersionedStore.Create(KEY, "v1"), true, new VersionedStore.Committed(2));
        told(new VersionedStore.Update(KEY, "v2", VersionedStore.ANY), true, new VersionedStore.Committed(3));
        told(new VersionedStore.Update(KEY, "v3", VersionedStore.ANY), true, new VersionedStore.Committed(4));
    }

    private static VersionedStore.Found found(String value, long modified) {
        return new VersionedStore.Found(value, 2, modified);
    }

    private void read(boolean latest, VersionedStore.Output output) {
        told(new VersionedStore.Get(KEY), latest, output);
    }

    private List<String> judged() {
        return new OperationChecks(operations, oracle).violations();
    }

    private void assertFound(String check) {
        assertThat(judged()).isNotEmpty().allMatch(violation -> violation.startsWith(check));
    }

    @Test
    void truthIsNoViolation() {
        toldOfAll();
        read(true, found("v3", 4));
        read(false, found("v3", 4));
        assertThat(judged()).isEmpty();
    }

    @Test
    void acknowledgedWriteThatIsNotCommittedIsFound() {
        toldOfAll();
        told(new VersionedStore.Create("kv/1/k2", "v9"), true, new VersionedStore.Committed(5));
        assertFound("N1");
    }

    @Test
    void acknowledgedWriteOfAnotherValueIsFound() {
        told(new VersionedStore.Create(KEY, "v9"), true, new VersionedStore.Committed(2));
        assertFound("N1");
    }

    @Test
    void failedWriteThatIsCommittedIsFound() {
        operations.add(
                new ClientOperation(1, 1, new VersionedStore.Create(KEY, "v1"), true, 1, 2, Outcome.FAILED, null));
        assertFound("N2");
    }

    @Test
    void refusedWriteThatIsCommittedIsFound() {
        told(
                new VersionedStore.Create(KEY, "v1"),
                true,
                new VersionedStore.Refused(0, VersionedStore.Reason.KEY_EXISTS));
        assertThat(judged()).anyMatch(violation -> violation.startsWith("N2"));
    }

    @Test
    void writeThatIsCommittedTwiceIsFound() {
        oracle.letValuesRepeatUnless(key -> true);
        assertViolates("WritesOnce", () -> create(NodeKind.PERSISTENT, "/b", "v1"));
    }

    private static void assertViolates(String property, ThrowingCallable planted) {
        assertThatThrownBy(planted).isInstanceOf(PropertyViolated.class).hasMessageStartingWith(property);
    }

    @Test
    void staleReadOfWhatThereIsNowIsFound() {
        toldOfAll();
        read(true, found("v2", 3));
        assertFound("N3");
    }

    @Test
    void staleReadOfOneKeyBehindAWriteOfAnotherIsFound() {
        create(NodeKind.PERSISTENT, "/kv/0/k2", "w1");
        toldOfAll();
        told(new VersionedStore.Create("kv/0/k2", "w1"), true, new VersionedStore.Committed(5));
        read(true, new VersionedStore.Absent());
        assertFound("N3");
    }

    @Test
    void sessionThatDoesNotSeeItsOwnWriteIsFound() {
        toldOfAll();
        read(false, found("v1", 2));
        assertFound("N4");
    }

    @Test
    void sessionThatGoesBackIsFound() {
        read(false, found("v2", 3));
        read(false, found("v1", 2));
        assertFound("N4");
    }

    @Test
    void readOfWhatIsWrittenLaterIsFound() {
        read(false, found("v3", 4));
        toldOfAll();
        assertThat(judged()).anyMatch(violation -> violation.startsWith("N4"));
    }

    /** The watch's own model is that of the simulation; here are the lines it is fed with. */
    private List<String> watched(String... lines) {
        WatchChecks checks = new WatchChecks(oracle);
        checks.check("p", List.of(lines));
        return checks.violations();
    }

    private static String put(long modified, String value) {
        return "+,/" + KEY + ",2," + modified + ",-,1," + value;
    }

    private String initial() {
        return "! batch 1 3 true false " + put(3, "v2");
    }

    private String next() {
        return "! batch 1 4 false false " + put(4, "v3");
    }

    @Test
    void watchThatTellsAllIsNoViolation() {
        assertThat(watched("! session 1", containers(initial()), next(), "7 committed 1 4"))
                .isEmpty();
    }

    /** What was created on the way to the key is told of as well. */
    private String containers(String line) {
        StringBuilder all = new StringBuilder(line);
        oracle.below(SubtreeWatch.KEY, 3).forEach((key, entry) -> {
            if (!key.toString().equals("/" + KEY)) {
                all.append(" +,").append(key).append(",2,2,-,1,c");
            }
        });
        return all.toString();
    }

    @Test
    void watchThatMissesAChangeIsFound() {
        write(new NodeChange.Updated("/" + KEY, bytes("v4")));
        assertThat(watched("! session 1", containers(initial()), "! batch 1 5 false false " + put(5, "v4")))
                .isNotEmpty()
                .allMatch(violation -> violation.startsWith("N7"));
    }

    @Test
    void replyThatOvertakesTheWatchIsFound() {
        assertThat(watched("! session 1", containers(initial()), "7 committed 1 4", next()))
                .isNotEmpty()
                .allMatch(violation -> violation.startsWith("N7"));
    }

    private static List<String> alone(Held... held) {
        HeldChecks checks = new HeldChecks();
        checks.checkAlone("N8", List.of(held));
        return checks.violations();
    }

    @Test
    void twoHoldersAtOneInstantAreFound() {
        assertThat(alone(new Held("a", 1, 10, 20), new Held("b", 2, 21, 30))).isEmpty();
        assertThat(alone(new Held("a", 1, 10, 20), new Held("b", 2, 20, 30))).hasSize(1);
        assertThat(alone(new Held("a", 1, 10, 40), new Held("b", 2, 15, 16), new Held("c", 3, 30, 50)))
                .hasSize(2);
    }

    @Test
    void laterHolderWithASmallerTokenIsFound() {
        assertThat(alone(new Held("a", 2, 10, 20), new Held("b", 1, 30, 40))).hasSize(1);
    }

    @Test
    void guardedWriteBehindTheNextHoldersIsFound() {
        HeldChecks checks = new HeldChecks();
        checks.checkGuarded(
                List.of(new GuardedWrite(7, new Held("a", 1, 0, 0)), new GuardedWrite(6, new Held("b", 2, 0, 0))));
        assertThat(checks.violations()).singleElement().asString().startsWith("N8");
    }

    private static List<String> terms(String... lines) {
        HeldChecks checks = new HeldChecks();
        List<Held> unused = checks.checkTerms("p", List.of(lines));
        return checks.violations();
    }

    @Test
    void termsThatAreNotWholeAreFound() {
        assertThat(terms("! acquired 1", "! led 1 5 6", "! lost 1 X", "! acquired 2"))
                .isEmpty();
        assertThat(terms("! acquired 1", "! acquired 2")).hasSize(1);
        assertThat(terms("! acquired 2", "! lost 2 X", "! acquired 1")).hasSize(1);
        assertThat(terms("! lost 1 X")).hasSize(1);
        assertThat(terms("! led 1 5 6")).hasSize(1);
    }

    @Test
    void ephemeralThatOutlivesItsSessionIsFound() {
        create(NodeKind.EPHEMERAL, "/e", "e");
        assertViolates("EphemeralOwners", () -> commit(new Txn.CloseSession(1, true, 2, List.of())));
    }

    private List<String> seen(String... lines) {
        ConfigChecks checks = new ConfigChecks(oracle);
        long unused = checks.check("p", List.of(lines));
        return checks.violations();
    }

    @Test
    void configurationThatWasNotCommittedIsFound() {
        write(
                new NodeChange.Created("/config", bytes("c"), NodeKind.CONTAINER, 0, false),
                new NodeChange.Created("/config/shop", bytes("c"), NodeKind.CONTAINER, 0, false),
                new NodeChange.Created("/config/shop/b", bytes("c"), NodeKind.CONTAINER, 0, false),
                new NodeChange.Created("/config/shop/a", bytes("x"), NodeKind.PERSISTENT, 0, false),
                new NodeChange.Created("/config/shop/b/c", bytes("x"), NodeKind.PERSISTENT, 0, false),
                new NodeChange.Created("/config/shop/d", bytes("x"), NodeKind.PERSISTENT, 0, false));
        assertThat(seen("! seen 4 -", "! seen 5 x")).isEmpty();
        assertThat(seen("! seen 5 -,x")).hasSize(1);
        assertThat(seen("! seen 5 x", "! seen 4 -")).hasSize(1);
    }

    @Test
    void configurationThatIsNotTheLastInTheEndIsFound() {
        ConfigChecks checks = new ConfigChecks(oracle);
        checks.checkLast("p", 7, 7);
        assertThat(checks.violations()).isEmpty();
        checks.checkLast("p", 6, 7);
        assertThat(checks.violations()).singleElement().asString().startsWith("N10");
    }

    @Test
    void sessionThatOutlivesItsProcessIsFound() {
        ExpiryChecks checks = new ExpiryChecks(oracle);
        assertThat(checks.leftByTheDead(List.of("c", "d"))).isEmpty();
        assertThat(checks.leftByTheDead(List.of("d")))
                .singleElement()
                .asString()
                .startsWith("N6");
        commit(EXPIRED);
        assertThat(checks.leftByTheDead(List.of("d"))).isEmpty();
    }

    // ---- what members have on their disks

    private static final Txn OPENED = new Txn.OpenSession(new byte[Txn.OpenSession.PASSWORD_BYTES], 1000, "c", 1);

    private static final Txn EXPIRED = new Txn.CloseSession(1, true, 2, List.of());

    private static Txn wrote(long operation, NodeChange change) {
        return new Txn.Write(1, operation, 0, 1, List.of(change), Result.Done.INSTANCE);
    }

    private static NodeChange created(NodeKind kind) {
        return new NodeChange.Created("/e", bytes("e"), kind, 0, false);
    }

    /** Returns a log whose records follow each other. */
    private static List<io.quorate.embedded.log.LogRecord> log(Txn... txns) {
        List<io.quorate.embedded.log.LogRecord> records = new ArrayList<>();
        long hash = 0;
        for (Txn txn : txns) {
            byte[] body = new TxnCodec().encode(txn);
            long index = records.size() + 1L;
            records.add(new io.quorate.embedded.log.LogRecord(
                    1, index, hash, io.quorate.embedded.log.RecordType.TXN, body));
            hash = new LogRecord(1, index, hash, RecordType.TXN, body).hash();
        }
        return records;
    }

    private static CommittedSequence sequence(List<io.quorate.embedded.log.LogRecord> records) {
        CommittedSequence sequence = new CommittedSequence();
        sequence.append(1, records);
        return sequence;
    }

    private static void assertFound(String check, CommittedSequence sequence) {
        assertThat(sequence.violations()).singleElement().asString().startsWith(check);
    }

    @Test
    void logThatDoesNotContinueWhatIsCommittedIsFound() {
        var mine = log(OPENED, wrote(1, created(NodeKind.PERSISTENT)));
        var other = log(OPENED, wrote(1, created(NodeKind.EPHEMERAL)), EXPIRED);
        assertThat(sequence(mine).violations()).isEmpty();
        CommittedSequence forked = sequence(mine);
        forked.append(2, other.subList(2, 3));
        assertFound("N1", forked);
        assertFound("N1", sequence(other.subList(1, 2)));
    }

    @Test
    void operationThatIsCommittedTwiceIsFound() {
        Txn once = wrote(1, created(NodeKind.PERSISTENT));
        assertFound("N2", sequence(log(OPENED, once, once)));
    }

    @Test
    void ephemeralThatIsLeftByTheEndOfItsSessionIsFoundInTheSequence() {
        assertFound("N5", sequence(log(OPENED, wrote(1, created(NodeKind.EPHEMERAL)), EXPIRED)));
    }

    private static ProcessEnsemble.Status status(long applied, long digest) {
        return new ProcessEnsemble.Status("FOLLOWER", 1, applied, digest, "well");
    }

    @Test
    void memberWithAnotherStateThanWhatIsCommittedComesToIsFound() {
        CommittedSequence sequence = sequence(log(OPENED, wrote(1, created(NodeKind.PERSISTENT))));
        for (long index = 1; index <= 2; index++) {
            sequence.compare(status(index, sequence.oracle().digestAt(index)));
        }
        sequence.compare(status(3, 8));
        assertThat(sequence.violations())
                .as("what is not known yet is not judged")
                .isEmpty();
        sequence.compare(status(2, sequence.oracle().digestAt(1)));
        assertFound("N14", sequence);
    }
}

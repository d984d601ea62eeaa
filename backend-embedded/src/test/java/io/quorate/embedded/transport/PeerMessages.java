package io.quorate.embedded.transport;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import io.quorate.embedded.tree.BinaryOutput;
import io.quorate.embedded.tree.CreateMode;
import io.quorate.embedded.tree.Limit;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.zab.Admission;
import io.quorate.embedded.zab.History;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.Message;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RecordType;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.Vote;
import java.util.ArrayList;
import java.util.List;

/** Messages of every kind, with values at both ends of what they may be. */
final class PeerMessages {

    private static final byte[] PASSWORD = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final LogPoint POINT = new LogPoint(3, 77, -5);

    private PeerMessages() {}

    static List<PeerMessage> all() {
        List<PeerMessage> all = new ArrayList<>();
        protocol().forEach(message -> all.add(new PeerMessage.Protocol(message)));
        all.addAll(requests());
        all.addAll(replies());
        return all;
    }

    /** Returns a proposal of records of a mebibyte each. */
    static PeerMessage proposal(int records) {
        return new PeerMessage.Protocol(new Message.Propose(5, records(records, 1 << 20), 0, 0));
    }

    static RecordBatch records(int count, int payloadBytes) {
        List<LogRecord> records = new ArrayList<>();
        long hash = -1;
        for (int i = 0; i < count; i++) {
            byte[] payload = new byte[payloadBytes];
            payload[payloadBytes - 1] = (byte) i;
            RecordType type = i == 0 ? RecordType.NEWLEADER : RecordType.TXN;
            LogRecord record = new LogRecord(2, 41 + i, hash, type, payload);
            records.add(record);
            hash = record.hash();
        }
        return RecordBatch.of(records);
    }

    private static LogRecord admission() {
        return new LogRecord(2, 41, 5, RecordType.ADMISSION, new Admission(3, Long.MIN_VALUE).payload());
    }

    private static List<Message> protocol() {
        return List.of(
                new Message.Notification(RoleName.LOOKING, 1, new Vote(0, 0, 1), 0, 0, 0, true, false, false),
                new Message.Notification(
                        RoleName.LEADING,
                        Long.MAX_VALUE,
                        new Vote(Long.MAX_VALUE, Long.MAX_VALUE, 63),
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        -1,
                        false,
                        true,
                        true),
                new Message.Notification(RoleName.FOLLOWING, 9, new Vote(4, 0, 3), 4, 12, 6, true, false, false),
                new Message.FollowerInfo(0, true, 0),
                new Message.FollowerInfo(Long.MAX_VALUE, false, 0),
                new Message.FollowerInfo(7, false, Long.MIN_VALUE),
                new Message.Replaced(-3),
                new Message.LeaderInfo(5, Long.MIN_VALUE),
                new Message.AckEpoch(5, true, History.EMPTY),
                new Message.AckEpoch(
                        5,
                        false,
                        new History(
                                POINT,
                                List.of(new LogPoint(4, 78, 1), new LogPoint(6, 100, Long.MAX_VALUE)),
                                new LogPoint(6, 1000, 3))),
                new Message.Diff(5, 0),
                new Message.Truncate(5, 99),
                new Message.Snapshot(5, POINT),
                new Message.Propose(5, records(1, 1), 0, 0),
                new Message.Propose(5, records(3, 300), 40, 8),
                new Message.Propose(5, RecordBatch.of(List.of(admission())), 40, 8),
                new Message.NewLeader(5, 41, -1),
                new Message.Ack(5, 0),
                new Message.Ack(5, 12),
                new Message.UpToDate(5, 41),
                new Message.Commit(5, 42),
                new Message.Ping(0, 0),
                new Message.Ping(5, 1L << 40),
                new Message.Pong(0, 0),
                new Message.Pong(5, 7),
                new Message.Admit(5),
                new Message.Admitted(5),
                new Message.HandOver(5, 0),
                new Message.HandOver(5, 3));
    }

    private static List<PeerMessage> requests() {
        Key key = Key.of("/a/\u00e9t\u00e9");
        Key ticket = Key.of("/q/w-" + ID + "-0000000007");
        Commit commit = new Commit(
                List.of(new Guard.Exists(key), new Guard.Unchanged(key, 9), new Guard.HeldBy(ticket, -3)),
                List.of(
                        new Op.Create(Key.of("/n"), null, Op.Lifetime.PERSISTENT),
                        new Op.Create(Key.of("/o"), Bytes.EMPTY, Op.Lifetime.SESSION),
                        new Op.Update(key, Bytes.of(new byte[300]), Op.ANY_REVISION),
                        new Op.Update(Key.of("/p"), null, 12),
                        new Op.Delete(Key.of("/d"), Op.ANY_REVISION)));
        return List.of(
                new PeerMessage.Submit(new Request.Write(1, 1, 0, commit)),
                new PeerMessage.Submit(new Request.Write(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, commit)),
                new PeerMessage.Submit(new Request.Enqueue(7, 8, 6, List.of(key, Key.of("/q")), "w", ID, null)),
                new PeerMessage.Submit(new Request.Enqueue(7, 8, 6, List.of(key), "w", ID, Bytes.utf8("value"))),
                new PeerMessage.Submit(new Request.Dequeue(7, 9, 8, ticket)),
                new PeerMessage.Submit(
                        new Request.Create(7, 10, 9, key, Bytes.utf8("x"), CreateMode.TTL_SEQUENTIAL, 60_000)),
                new PeerMessage.Submit(new Request.Create(7, 10, 9, key, null, CreateMode.EPHEMERAL, 0)),
                new PeerMessage.Control(1, new Request.OpenSession(PASSWORD, 15_000, "Zo\u00eb \ud83d\udd12")),
                new PeerMessage.Control(2, new Request.CloseSession(9, true)),
                new PeerMessage.Control(3, new Request.Reap(List.of("/a", "/b/c"))),
                new PeerMessage.AskRound(1, List.of()),
                new PeerMessage.AskRound(Long.MAX_VALUE, List.of(1L, Long.MAX_VALUE)),
                new PeerMessage.SpaceLow(),
                new PeerMessage.StateDigest(1000, -1));
    }

    private static List<PeerMessage> replies() {
        return List.of(
                new PeerMessage.ReadAt(1, 0),
                new PeerMessage.RoundConfirmed(1, List.of(4L)),
                new PeerMessage.Answered(1, 2, 3, Result.Done.INSTANCE),
                new PeerMessage.Answered(1, 2, 3, new Result.Created(List.of("/q/a", "/b"))),
                new PeerMessage.Answered(1, 2, 3, new Result.Dequeued(true)),
                new PeerMessage.Answered(1, 2, 3, new Result.Failed(Result.Reason.NOT_EMPTY, 127)),
                new PeerMessage.Answered(1, 2, 3, new Result.LimitExceeded(Limit.TXN_BYTES, 1, 2, 3)),
                new PeerMessage.Answered(1, 2, 3, new Result.SessionGone()),
                new PeerMessage.Answered(1, 2, 3, new Result.OutOfOrder(8)),
                new PeerMessage.Answered(1, 2, 3, new Result.Forgotten()),
                new PeerMessage.ControlProposed(5, 6),
                new PeerMessage.ControlAnswered(5, 6, new Result.SessionGone()),
                new PeerMessage.StandAside(),
                new PeerMessage.StorageFull(),
                new PeerMessage.Diverged(4096, Long.MIN_VALUE, true));
    }

    /** Returns the body of a message. */
    static byte[] body(PeerMessage message) {
        BinaryOutput output = new BinaryOutput(16);
        PeerMessageCodec.Envelope unused = PeerMessageCodec.write(output, message);
        return output.toByteArray();
    }

    static PeerMessageCodec.Envelope envelope(PeerMessage message) {
        return PeerMessageCodec.write(new BinaryOutput(16), message);
    }
}

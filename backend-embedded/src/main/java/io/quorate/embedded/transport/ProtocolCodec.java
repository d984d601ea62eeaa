package io.quorate.embedded.transport;

import io.quorate.embedded.tree.BinaryInput;
import io.quorate.embedded.tree.BinaryOutput;
import io.quorate.embedded.tree.MalformedDataException;
import io.quorate.embedded.tree.TreeLimits;
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

/**
 * The protocol's messages as a type, an epoch and a body.
 *
 * <p>The records of a proposal follow one another, so that only the first one's index and chain hash are written; the receiver
 * computes the others. A hash that was altered on the way is therefore noticed where the records are chained to the log.
 */
final class ProtocolCodec {

    /** What any message weighs while it waits, apart from what it carries. */
    static final long WEIGHT = 64;

    private static final int FOLLOWER_INFO = 17;
    private static final int LEADER_INFO = 18;
    private static final int ACK_EPOCH = 19;
    private static final int DIFF = 20;
    private static final int TRUNCATE = 21;
    private static final int SNAPSHOT = 22;
    private static final int PROPOSE = 23;
    private static final int NEW_LEADER = 24;
    private static final int ACK = 25;
    private static final int UP_TO_DATE = 26;
    private static final int COMMIT = 27;
    private static final int ADMIT = 30;
    private static final int ADMITTED = 31;
    private static final int HAND_OVER = 32;
    private static final int REPLACED = 33;

    private static final int MAX_MEMBER = 63;
    private static final int MAX_RECORDS = 1 << 20;

    /** Epochs whose records no member has dropped yet; each takes several bytes in a message that is bounded anyway. */
    private static final int MAX_EPOCHS = 1 << 20;

    private static final RoleName[] ROLES = {
        RoleName.LOOKING, RoleName.FOLLOWING, RoleName.LEADING,
    };

    private static final RecordType[] TYPES = {
        RecordType.TXN, RecordType.NEWLEADER, RecordType.ADMISSION,
    };

    private ProtocolCodec() {}

    /** Finds the type and the epoch of a message, and writes its body. */
    private static final class Writing implements Message.Handler {
        private final BinaryOutput output;
        private int type;
        private long epoch;

        Writing(BinaryOutput output) {
            this.output = output;
        }

        private void begin(int itsType, long itsEpoch) {
            type = itsType;
            epoch = itsEpoch;
        }

        @Override
        public void onNotification(int sender, Message.Notification m) {
            // Its epoch is that of a log, and it belongs to none.
            begin(PeerMessageCodec.NOTIFICATION, 0);
            output.octet(roleNumber(m.role()));
            output.number(m.round());
            output.number(m.vote().epoch());
            output.number(m.vote().index());
            output.number(m.vote().member());
            output.number(m.epoch());
            output.number(m.index());
            output.fixed(m.heard());
            output.flag(m.voter());
            output.flag(m.candidate());
            output.flag(m.established());
        }

        @Override
        public void onFollowerInfo(int sender, Message.FollowerInfo m) {
            begin(FOLLOWER_INFO, 0);
            output.number(m.acceptedEpoch());
            output.flag(m.voter());
            output.fixed(m.disk());
        }

        @Override
        public void onReplaced(int sender, Message.Replaced m) {
            begin(REPLACED, 0);
            output.fixed(m.disk());
        }

        @Override
        public void onLeaderInfo(int sender, Message.LeaderInfo m) {
            begin(LEADER_INFO, m.epoch());
            output.fixed(m.incarnation());
        }

        @Override
        public void onAckEpoch(int sender, Message.AckEpoch m) {
            begin(ACK_EPOCH, m.epoch());
            output.flag(m.counted());
            writePoint(output, m.history().base());
            output.number(m.history().epochStarts().size());
            m.history().epochStarts().forEach(start -> writePoint(output, start));
            writePoint(output, m.history().end());
        }

        @Override
        public void onDiff(int sender, Message.Diff m) {
            begin(DIFF, m.epoch());
            output.number(m.index());
        }

        @Override
        public void onTruncate(int sender, Message.Truncate m) {
            begin(TRUNCATE, m.epoch());
            output.number(m.index());
        }

        @Override
        public void onSnapshot(int sender, Message.Snapshot m) {
            begin(SNAPSHOT, m.epoch());
            writePoint(output, m.point());
        }

        @Override
        public void onPropose(int sender, Message.Propose m) {
            begin(PROPOSE, m.epoch());
            output.number(m.commitIndex());
            output.number(m.round());
            output.number(m.records().size());
            output.number(m.records().first().index());
            output.fixed(m.records().first().prevHash());
            for (int i = 0; i < m.records().size(); i++) {
                LogRecord record = m.records().get(i);
                output.octet(typeNumber(record.type()));
                output.number(record.epoch());
                output.number(record.payload().length);
                output.raw(record.payload());
            }
        }

        @Override
        public void onNewLeader(int sender, Message.NewLeader m) {
            begin(NEW_LEADER, m.epoch());
            output.number(m.lastIndex());
            output.fixed(m.hash());
        }

        @Override
        public void onAck(int sender, Message.Ack m) {
            begin(ACK, m.epoch());
            output.number(m.index());
        }

        @Override
        public void onUpToDate(int sender, Message.UpToDate m) {
            begin(UP_TO_DATE, m.epoch());
            output.number(m.commitIndex());
        }

        @Override
        public void onCommit(int sender, Message.Commit m) {
            begin(COMMIT, m.epoch());
            output.number(m.index());
        }

        @Override
        public void onPing(int sender, Message.Ping m) {
            begin(PeerMessageCodec.PING, m.epoch());
            output.number(m.round());
        }

        @Override
        public void onPong(int sender, Message.Pong m) {
            begin(PeerMessageCodec.PONG, m.epoch());
            output.number(m.round());
        }

        @Override
        public void onAdmit(int sender, Message.Admit m) {
            begin(ADMIT, m.epoch());
        }

        @Override
        public void onAdmitted(int sender, Message.Admitted m) {
            begin(ADMITTED, m.epoch());
        }

        @Override
        public void onHandOver(int sender, Message.HandOver m) {
            begin(HAND_OVER, m.epoch());
            output.number(m.successor());
        }
    }

    /** Writes the body of a message, and returns what stands in its frame. */
    static PeerMessageCodec.Envelope write(BinaryOutput output, Message message) {
        Writing writing = new Writing(output);
        message.accept(writing, 0);
        return new PeerMessageCodec.Envelope(writing.type, writing.epoch);
    }

    private static int roleNumber(RoleName role) {
        for (int i = 0; i < ROLES.length; i++) {
            if (ROLES[i] == role) {
                return i;
            }
        }
        throw new IllegalArgumentException("a member that is " + role + " says nothing");
    }

    private static int typeNumber(RecordType type) {
        for (int i = 0; i < TYPES.length; i++) {
            if (TYPES[i] == type) {
                return i;
            }
        }
        throw new IllegalArgumentException("no number is given to " + type);
    }

    static void writePoint(BinaryOutput output, LogPoint point) {
        output.number(point.epoch());
        output.number(point.index());
        output.fixed(point.hash());
    }

    // ---- reading

    /** Reads the body of a message. */
    static Message read(int type, long epoch, BinaryInput input) {
        if (type == PeerMessageCodec.NOTIFICATION || type == FOLLOWER_INFO || type == REPLACED) {
            if (epoch != 0) {
                throw new MalformedDataException("a message of type " + type + " belongs to no epoch, not to " + epoch);
            }
            return switch (type) {
                case FOLLOWER_INFO -> new Message.FollowerInfo(input.index(), input.flag(), input.fixed());
                case REPLACED -> new Message.Replaced(input.fixed());
                default -> readNotification(input);
            };
        }
        // A leader that has not chosen its epoch sends heartbeats all the same.
        if (epoch == 0 && type != PeerMessageCodec.PING && type != PeerMessageCodec.PONG) {
            throw new MalformedDataException("a message of type " + type + " belongs to an epoch");
        }
        return type <= NEW_LEADER ? readSynchronization(type, epoch, input) : readBroadcast(type, epoch, input);
    }

    private static Message readSynchronization(int type, long epoch, BinaryInput input) {
        return switch (type) {
            case LEADER_INFO -> new Message.LeaderInfo(epoch, input.fixed());
            case ACK_EPOCH -> new Message.AckEpoch(epoch, input.flag(), readHistory(input));
            case DIFF -> new Message.Diff(epoch, input.index());
            case TRUNCATE -> new Message.Truncate(epoch, input.index());
            case SNAPSHOT -> new Message.Snapshot(epoch, readPoint(input));
            case PROPOSE -> readPropose(epoch, input);
            case NEW_LEADER -> new Message.NewLeader(epoch, input.positive(), input.fixed());
            default -> throw new MalformedDataException("no message has the type " + type);
        };
    }

    private static Message readBroadcast(int type, long epoch, BinaryInput input) {
        return switch (type) {
            case ACK -> new Message.Ack(epoch, input.index());
            case UP_TO_DATE -> new Message.UpToDate(epoch, input.index());
            case COMMIT -> new Message.Commit(epoch, input.index());
            case PeerMessageCodec.PING -> new Message.Ping(epoch, input.index());
            case PeerMessageCodec.PONG -> new Message.Pong(epoch, input.index());
            case ADMIT -> new Message.Admit(epoch);
            case ADMITTED -> new Message.Admitted(epoch);
            case HAND_OVER -> new Message.HandOver(epoch, input.count(MAX_MEMBER));
            default -> throw new MalformedDataException("no message has the type " + type);
        };
    }

    private static Message readNotification(BinaryInput input) {
        int role = input.octet();
        if (role >= ROLES.length) {
            throw new MalformedDataException("no role has the number " + role);
        }
        long round = input.index();
        Vote vote = new Vote(input.index(), input.index(), input.count(MAX_MEMBER));
        return new Message.Notification(
                ROLES[role],
                round,
                vote,
                input.index(),
                input.index(),
                input.fixed(),
                input.flag(),
                input.flag(),
                input.flag());
    }

    private static History readHistory(BinaryInput input) {
        LogPoint base = readPoint(input);
        int count = input.elements(MAX_EPOCHS);
        List<LogPoint> starts = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            starts.add(readPoint(input));
        }
        return new History(base, starts, readPoint(input));
    }

    static LogPoint readPoint(BinaryInput input) {
        return new LogPoint(input.index(), input.index(), input.fixed());
    }

    private static RecordType readType(BinaryInput input) {
        int type = input.octet();
        if (type >= TYPES.length) {
            throw new MalformedDataException("no record has the type " + type);
        }
        return TYPES[type];
    }

    private static Message readPropose(long epoch, BinaryInput input) {
        long commitIndex = input.index();
        long round = input.index();
        int count = input.elements(MAX_RECORDS);
        long index = input.positive();
        long hash = input.fixed();
        List<LogRecord> records = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            RecordType type = readType(input);
            long recordEpoch = input.positive();
            byte[] payload = input.raw(input.count(TreeLimits.HARD_TXN_BYTES));
            if (type == RecordType.ADMISSION) {
                Admission unused = Admission.of(payload);
            }
            LogRecord record = new LogRecord(recordEpoch, index + i, hash, type, payload);
            records.add(record);
            hash = record.hash();
        }
        return new Message.Propose(epoch, RecordBatch.of(records), commitIndex, round);
    }

    // ---- size

    static long weight(RecordBatch records) {
        long weight = WEIGHT;
        for (int i = 0; i < records.size(); i++) {
            weight += WEIGHT + records.get(i).payload().length;
        }
        return weight;
    }

    /**
     * Returns a proposal as several that say the same one after another, none of them much longer than a bound: so a follower that
     * lacks much hears of its leader all the time, and neither end has all of it in one message.
     */
    static List<Message.Propose> split(Message.Propose proposal, long bytes) {
        RecordBatch all = proposal.records();
        if (weight(all) <= bytes) {
            return List.of(proposal);
        }
        List<Message.Propose> parts = new ArrayList<>();
        List<LogRecord> part = new ArrayList<>();
        long weight = 0;
        for (int i = 0; i < all.size(); i++) {
            LogRecord record = all.get(i);
            part.add(record);
            weight += WEIGHT + record.payload().length;
            boolean last = i + 1 == all.size();
            if (last || weight >= bytes) {
                parts.add(new Message.Propose(
                        proposal.epoch(),
                        RecordBatch.of(part),
                        last ? proposal.commitIndex() : 0,
                        last ? proposal.round() : 0));
                part.clear();
                weight = 0;
            }
        }
        return parts;
    }
}

package io.quorate.remote.testing;

import io.quorate.remote.testing.Frame.Direction;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.jute.BinaryInputArchive;
import org.apache.jute.InputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.MultiOperationRecord;
import org.apache.zookeeper.MultiResponse;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.proto.AddWatchRequest;
import org.apache.zookeeper.proto.CheckVersionRequest;
import org.apache.zookeeper.proto.CheckWatchesRequest;
import org.apache.zookeeper.proto.ConnectRequest;
import org.apache.zookeeper.proto.ConnectResponse;
import org.apache.zookeeper.proto.CreateRequest;
import org.apache.zookeeper.proto.CreateTTLRequest;
import org.apache.zookeeper.proto.DeleteRequest;
import org.apache.zookeeper.proto.ExistsRequest;
import org.apache.zookeeper.proto.GetACLRequest;
import org.apache.zookeeper.proto.GetAllChildrenNumberRequest;
import org.apache.zookeeper.proto.GetChildren2Request;
import org.apache.zookeeper.proto.GetChildrenRequest;
import org.apache.zookeeper.proto.GetDataRequest;
import org.apache.zookeeper.proto.GetEphemeralsRequest;
import org.apache.zookeeper.proto.RemoveWatchesRequest;
import org.apache.zookeeper.proto.ReplyHeader;
import org.apache.zookeeper.proto.RequestHeader;
import org.apache.zookeeper.proto.SetACLRequest;
import org.apache.zookeeper.proto.SetDataRequest;
import org.apache.zookeeper.proto.SetWatches;
import org.apache.zookeeper.proto.SetWatches2;
import org.apache.zookeeper.proto.SyncRequest;
import org.apache.zookeeper.proto.WatcherEvent;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of one client connection, with the record classes ZooKeeper itself uses.
 *
 * <p>A decoder refuses what is not the protocol with {@link MalformedFrameException}. No string or buffer inside a frame can
 * claim more bytes than the frame has.
 */
final class FrameDecoder {
    private static final int NOTIFICATION_XID = -1;
    private static final int NO_XID = 0;

    private final int connection;

    FrameDecoder(int connection) {
        this.connection = connection;
    }

    /** The path and the remark a request's body yields. */
    private record Body(List<String> paths, String detail) {
        static final Body EMPTY = new Body(List.of(), "");

        static Body of(String path) throws MalformedFrameException {
            return of(path, "");
        }

        static Body of(@Nullable String path, String detail) throws MalformedFrameException {
            if (path == null) {
                throw new MalformedFrameException("a request without its path");
            }
            return new Body(List.of(path), detail);
        }
    }

    Frame connectRequest(byte[] bytes) throws MalformedFrameException {
        ConnectRequest request = wellFormed(() -> read(archive(bytes), new ConnectRequest()));
        return new Frame(
                Direction.TO_SERVER,
                connection,
                NO_XID,
                Operation.CONNECT,
                List.of(),
                session(request.getSessionId(), request.getTimeOut()),
                0,
                0);
    }

    Frame connectReply(byte[] bytes) throws MalformedFrameException {
        ConnectResponse reply = wellFormed(() -> read(archive(bytes), new ConnectResponse()));
        return new Frame(
                Direction.TO_CLIENT,
                connection,
                NO_XID,
                Operation.CONNECT,
                List.of(),
                session(reply.getSessionId(), reply.getTimeOut()),
                0,
                0);
    }

    Frame request(byte[] bytes) throws MalformedFrameException {
        return wellFormed(() -> {
            InputArchive archive = archive(bytes);
            RequestHeader header = read(archive, new RequestHeader());
            Operation operation = Operation.ofCode(header.getType());
            Body body = body(operation, header.getType(), archive);
            return new Frame(
                    Direction.TO_SERVER, connection, header.getXid(), operation, body.paths(), body.detail(), 0, 0);
        });
    }

    /** Finds the request a reply belongs to; the server answers in order, but outside that order pings and the like. */
    interface Requests {
        Frame take(int xid) throws MalformedFrameException;
    }

    Frame reply(byte[] bytes, Requests requests) throws MalformedFrameException {
        return wellFormed(() -> {
            InputArchive archive = archive(bytes);
            ReplyHeader header = read(archive, new ReplyHeader());
            if (header.getXid() == NOTIFICATION_XID) {
                return notification(header, read(archive, new WatcherEvent()));
            }
            Frame request = requests.take(header.getXid());
            return new Frame(
                    Direction.TO_CLIENT,
                    connection,
                    header.getXid(),
                    request.op(),
                    request.paths(),
                    "",
                    error(header, request.op(), archive),
                    header.getZxid());
        });
    }

    private Frame notification(ReplyHeader header, WatcherEvent event) throws MalformedFrameException {
        EventType type = EventType.fromInt(event.getType());
        Body body = Body.of(event.getPath(), type.name());
        return new Frame(
                Direction.TO_CLIENT,
                connection,
                header.getXid(),
                Operation.NOTIFICATION,
                body.paths(),
                body.detail(),
                header.getErr(),
                header.getZxid());
    }

    /** A failed multi is a success to the reply header: its error is in the results. */
    private static int error(ReplyHeader header, Operation operation, InputArchive archive) throws IOException {
        if (header.getErr() != 0 || (operation != Operation.MULTI && operation != Operation.MULTI_READ)) {
            return header.getErr();
        }
        for (OpResult result : read(archive, new MultiResponse()).getResultList()) {
            if (result instanceof OpResult.ErrorResult failed
                    && failed.getErr() != 0
                    && failed.getErr() != Code.RUNTIMEINCONSISTENCY.intValue()) {
                return failed.getErr();
            }
        }
        return 0;
    }

    private static Body body(Operation operation, int code, InputArchive in) throws IOException {
        return switch (operation) {
            case CREATE, CREATE2, CREATE_CONTAINER -> created(read(in, new CreateRequest()));
            case CREATE_TTL -> {
                CreateTTLRequest request = read(in, new CreateTTLRequest());
                yield Body.of(request.getPath(), "ttl=" + request.getTtl() + "ms");
            }
            case DELETE -> Body.of(read(in, new DeleteRequest()).getPath());
            case SET_DATA -> Body.of(read(in, new SetDataRequest()).getPath());
            case SET_ACL -> Body.of(read(in, new SetACLRequest()).getPath());
            case CHECK -> Body.of(read(in, new CheckVersionRequest()).getPath());
            case EXISTS -> {
                ExistsRequest request = read(in, new ExistsRequest());
                yield Body.of(request.getPath(), watched(request.getWatch()));
            }
            case GET_DATA -> {
                GetDataRequest request = read(in, new GetDataRequest());
                yield Body.of(request.getPath(), watched(request.getWatch()));
            }
            case GET_CHILDREN -> {
                GetChildrenRequest request = read(in, new GetChildrenRequest());
                yield Body.of(request.getPath(), watched(request.getWatch()));
            }
            case GET_CHILDREN2 -> {
                GetChildren2Request request = read(in, new GetChildren2Request());
                yield Body.of(request.getPath(), watched(request.getWatch()));
            }
            case GET_ACL -> Body.of(read(in, new GetACLRequest()).getPath());
            case SYNC -> Body.of(read(in, new SyncRequest()).getPath());
            case GET_EPHEMERALS -> Body.of(read(in, new GetEphemeralsRequest()).getPrefixPath());
            case GET_ALL_CHILDREN_NUMBER ->
                Body.of(read(in, new GetAllChildrenNumberRequest()).getPath());
            case ADD_WATCH -> Body.of(read(in, new AddWatchRequest()).getPath());
            case REMOVE_WATCHES -> Body.of(read(in, new RemoveWatchesRequest()).getPath());
            case CHECK_WATCHES -> Body.of(read(in, new CheckWatchesRequest()).getPath());
            case SET_WATCHES -> restored(read(in, new SetWatches()));
            case SET_WATCHES2 -> restored(read(in, new SetWatches2()));
            case MULTI, MULTI_READ -> together(read(in, new MultiOperationRecord()));
            case UNKNOWN -> new Body(List.of(), "code " + code);
            case PING, AUTH, SASL, RECONFIG, WHO_AM_I, CLOSE_SESSION -> Body.EMPTY;
            case CONNECT, NOTIFICATION -> throw new MalformedFrameException(operation + " sent as a request");
        };
    }

    private static Body created(CreateRequest request) throws MalformedFrameException {
        return Body.of(
                request.getPath(),
                CreateMode.fromFlag(request.getFlags(), CreateMode.PERSISTENT).name());
    }

    private static String watched(boolean watch) {
        return watch ? "watch" : "";
    }

    private static Body together(MultiOperationRecord operations) {
        List<String> paths = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Op operation : operations) {
            paths.add(operation.getPath());
            names.add(Operation.ofCode(operation.getType()).toString());
        }
        return new Body(paths, names.toString());
    }

    private static Body restored(SetWatches watches) {
        List<String> paths = new ArrayList<>(watches.getDataWatches());
        paths.addAll(watches.getExistWatches());
        paths.addAll(watches.getChildWatches());
        return new Body(paths, "");
    }

    private static Body restored(SetWatches2 watches) {
        List<String> paths = new ArrayList<>(watches.getDataWatches());
        paths.addAll(watches.getExistWatches());
        paths.addAll(watches.getChildWatches());
        paths.addAll(watches.getPersistentWatches());
        paths.addAll(watches.getPersistentRecursiveWatches());
        return new Body(paths, "");
    }

    private static String session(long id, int timeoutMillis) {
        return "session=0x" + Long.toHexString(id) + " timeout=" + timeoutMillis + "ms";
    }

    private static InputArchive archive(byte[] bytes) {
        return new BinaryInputArchive(new DataInputStream(new ByteArrayInputStream(bytes)), bytes.length, 0);
    }

    private static <R extends Record> R read(InputArchive archive, R record) throws IOException {
        record.deserialize(archive, "");
        return record;
    }

    private interface Decoding<T> {
        T decode() throws IOException;
    }

    /** Jute answers bad bytes with whatever exception it runs into; here they all mean the same. */
    private static <T> T wellFormed(Decoding<T> decoding) throws MalformedFrameException {
        try {
            return decoding.decode();
        } catch (MalformedFrameException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new MalformedFrameException("not a frame of ZooKeeper's client protocol", e);
        }
    }
}

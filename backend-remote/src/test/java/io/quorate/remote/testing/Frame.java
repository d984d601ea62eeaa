package io.quorate.remote.testing;

import java.util.List;
import org.apache.zookeeper.KeeperException;

/**
 * One frame of the client protocol as it passed the proxy.
 *
 * @param direction who sent it
 * @param connection number of the client connection that carried it, counted from 1 in the order of acceptance
 * @param xid the client's transaction id; negative for frames outside the numbering, see {@code ClientCnxn}
 * @param op the operation; a reply carries that of its request
 * @param paths the paths it names, in order; for {@code multi} and {@code multiRead} those of the sub-operations. A reply
 *     carries those of its request
 * @param detail what else helps a reader: a create's mode, a multi's sub-operations, a notification's event type
 * @param err ZooKeeper's error code; 0 in a request and in a successful reply. A {@code multi} or {@code multiRead} carries
 *     the first error that is a cause rather than a consequence
 * @param zxid the zxid of a reply or notification; 0 in a request
 */
public record Frame(
        Direction direction,
        int connection,
        int xid,
        Operation op,
        List<String> paths,
        String detail,
        int err,
        long zxid) {

    /** Who sent a frame. */
    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    public Frame {
        paths = List.copyOf(paths);
    }

    /** Whether the frame names at least one path and every path it names is {@code root} or lies below it. */
    public boolean liesUnder(String root) {
        String prefix = root.endsWith("/") ? root : root + "/";
        return !paths.isEmpty() && paths.stream().allMatch(path -> (path + "/").startsWith(prefix));
    }

    /** Whether the frame names {@code path}, exactly. */
    public boolean names(String path) {
        return paths.contains(path);
    }

    /** Whether the frame is a request for {@code operation}. */
    public boolean isRequestFor(Operation operation) {
        return direction == Direction.TO_SERVER && op == operation;
    }

    /** One line, for example {@code 1 -> 4 create2 /locks/a EPHEMERAL_SEQUENTIAL}. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder()
                .append(connection)
                .append(direction == Direction.TO_SERVER ? " -> " : " <- ")
                .append(xid)
                .append(' ')
                .append(op);
        paths.forEach(path -> line.append(' ').append(path));
        if (!detail.isEmpty()) {
            line.append(' ').append(detail);
        }
        if (direction == Direction.TO_CLIENT) {
            line.append(" zxid=0x").append(Long.toHexString(zxid));
            line.append(err == 0 ? " OK" : " " + errorName(err));
        }
        return line.toString();
    }

    private static String errorName(int err) {
        KeeperException.Code code = KeeperException.Code.get(err);
        return code == null ? "error " + err : code.name();
    }
}

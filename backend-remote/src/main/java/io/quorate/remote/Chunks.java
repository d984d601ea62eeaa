package io.quorate.remote;

import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.Op;

/**
 * How many nodes one request reads.
 *
 * <p>A request stays below the limit of the servers, a reply below that of the client, however large the values have become
 * in the meantime: {@value #MOST} times the largest value is below what {@link Connection} accepts.
 */
final class Chunks {

    /** The most nodes in one request. */
    static final int MOST = 512;

    private static final int LEAST = 64;

    private static final int REPLY_GOAL = 4 * 1024 * 1024;

    private static final int REQUEST_GOAL = 400_000;

    private Chunks() {}

    /** Returns how many nodes go into one request if the largest value seen so far is of a given size. */
    static int count(int largestValue) {
        return Math.max(LEAST, Math.min(MOST, REPLY_GOAL / (largestValue + 256)));
    }

    /** Splits paths into what one request each can carry. */
    static List<List<String>> of(List<String> paths, int largestValue, boolean withChildren) {
        List<List<String>> chunks = new ArrayList<>();
        List<String> chunk = new ArrayList<>();
        int bytes = 0;
        for (String path : paths) {
            int size = (path.length() * 3 + 16) * (withChildren ? 2 : 1);
            if (!chunk.isEmpty() && (chunk.size() == count(largestValue) || bytes + size > REQUEST_GOAL)) {
                chunks.add(chunk);
                chunk = new ArrayList<>();
                bytes = 0;
            }
            chunk.add(path);
            bytes += size;
        }
        if (!chunk.isEmpty()) {
            chunks.add(chunk);
        }
        return chunks;
    }

    /** Returns the request for a chunk: the data of each node and, if asked for, its children right behind. */
    static List<Op> reads(List<String> chunk, boolean withChildren) {
        List<Op> ops = new ArrayList<>();
        for (String path : chunk) {
            ops.add(Op.getData(path));
            if (withChildren) {
                ops.add(Op.getChildren(path));
            }
        }
        return ops;
    }
}

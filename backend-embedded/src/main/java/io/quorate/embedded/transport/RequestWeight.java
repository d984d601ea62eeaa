package io.quorate.embedded.transport;

import io.quorate.backend.Bytes;
import io.quorate.backend.Op;
import io.quorate.embedded.tree.Request;
import org.jspecify.annotations.Nullable;

/** How many bytes of memory a request holds on to, roughly. */
final class RequestWeight {

    private static final long ITEM = 192;

    private RequestWeight() {}

    static long of(Request request) {
        if (request instanceof Request.Write write) {
            long weight = ITEM + ITEM * write.commit().guards().size();
            for (Op op : write.commit().ops()) {
                weight += ITEM + valueOf(op);
            }
            return weight;
        } else if (request instanceof Request.Enqueue enqueue) {
            return ITEM + ITEM * enqueue.queues().size() + size(enqueue.value());
        } else if (request instanceof Request.Create create) {
            return 2 * ITEM + size(create.value());
        }
        return ITEM;
    }

    private static long valueOf(Op op) {
        if (op instanceof Op.Create create) {
            return size(create.value());
        }
        return op instanceof Op.Update update ? size(update.value()) : 0;
    }

    private static long size(@Nullable Bytes value) {
        return value == null ? 0 : value.size();
    }
}

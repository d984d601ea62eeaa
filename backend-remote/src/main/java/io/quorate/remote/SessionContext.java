package io.quorate.remote;

import io.quorate.backend.SessionId;
import io.quorate.backend.Ticker;
import java.util.List;
import org.apache.zookeeper.data.ACL;

/** What the operations of one session share. */
record SessionContext(
        SessionId id,
        PathMapping paths,
        Layout layout,
        List<ACL> acl,
        int maxRequestBytes,
        Ticker ticker,
        Lane lane,
        Dispatcher dispatcher,
        Wire wire,
        Renewal renewal,
        SlotPool slots,
        IncarnationStripes stripes,
        WatchRegistry watches) {

    /** Creates the nodes that the adapter keeps for itself, ahead of whatever is sent next; their stripes count anew. */
    void restoreLayout(Operation op) {
        for (int stripe = 0; stripe < IncarnationStripes.COUNT; stripe++) {
            stripes.forget(stripe);
        }
        layout.create(wire, op);
    }
}

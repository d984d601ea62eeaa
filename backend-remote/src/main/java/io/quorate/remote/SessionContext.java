package io.quorate.remote;

import io.quorate.backend.SessionId;
import io.quorate.backend.Ticker;
import java.util.List;
import org.apache.zookeeper.data.ACL;

/** What the operations of one session share. */
record SessionContext(
        SessionId id,
        PathMapping paths,
        List<ACL> acl,
        int maxRequestBytes,
        Ticker ticker,
        Lane lane,
        Dispatcher dispatcher,
        Wire wire,
        Renewal renewal,
        SlotPool slots,
        IncarnationStripes stripes,
        WatchRegistry watches) {}

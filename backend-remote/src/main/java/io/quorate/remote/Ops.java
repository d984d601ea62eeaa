package io.quorate.remote;

import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/** The operations of ZooKeeper that take data which may be absent; ZooKeeper keeps null and empty data apart. */
final class Ops {

    private Ops() {}

    static Op create(String path, byte @Nullable [] data, List<ACL> acl, CreateMode mode) {
        return Op.create(path, data, acl, mode);
    }

    static Op setData(String path, byte @Nullable [] data, int version) {
        return Op.setData(path, data, version);
    }
}

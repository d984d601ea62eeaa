package io.quorate.remote.testing;

import org.apache.zookeeper.ZooDefs.OpCode;

/** An operation of ZooKeeper's client protocol. */
public enum Operation {
    /** The handshake that opens or renews a session; it has no operation code, being the first frame of a connection. */
    CONNECT("connect", Integer.MIN_VALUE, Effect.SESSION),
    NOTIFICATION("notification", OpCode.notification, Effect.SESSION),
    CREATE("create", OpCode.create, Effect.WRITE),
    DELETE("delete", OpCode.delete, Effect.WRITE),
    EXISTS("exists", OpCode.exists, Effect.READ),
    GET_DATA("getData", OpCode.getData, Effect.READ),
    SET_DATA("setData", OpCode.setData, Effect.WRITE),
    GET_ACL("getACL", OpCode.getACL, Effect.READ),
    SET_ACL("setACL", OpCode.setACL, Effect.WRITE),
    GET_CHILDREN("getChildren", OpCode.getChildren, Effect.READ),
    SYNC("sync", OpCode.sync, Effect.READ),
    PING("ping", OpCode.ping, Effect.SESSION),
    GET_CHILDREN2("getChildren2", OpCode.getChildren2, Effect.READ),
    CHECK("check", OpCode.check, Effect.WRITE),
    MULTI("multi", OpCode.multi, Effect.WRITE),
    CREATE2("create2", OpCode.create2, Effect.WRITE),
    RECONFIG("reconfig", OpCode.reconfig, Effect.WRITE),
    CHECK_WATCHES("checkWatches", OpCode.checkWatches, Effect.READ),
    REMOVE_WATCHES("removeWatches", OpCode.removeWatches, Effect.READ),
    CREATE_CONTAINER("createContainer", OpCode.createContainer, Effect.WRITE),
    CREATE_TTL("createTTL", OpCode.createTTL, Effect.WRITE),
    MULTI_READ("multiRead", OpCode.multiRead, Effect.READ),
    AUTH("auth", OpCode.auth, Effect.READ),
    SET_WATCHES("setWatches", OpCode.setWatches, Effect.READ),
    SASL("sasl", OpCode.sasl, Effect.READ),
    GET_EPHEMERALS("getEphemerals", OpCode.getEphemerals, Effect.READ),
    GET_ALL_CHILDREN_NUMBER("getAllChildrenNumber", OpCode.getAllChildrenNumber, Effect.READ),
    SET_WATCHES2("setWatches2", OpCode.setWatches2, Effect.READ),
    ADD_WATCH("addWatch", OpCode.addWatch, Effect.READ),
    WHO_AM_I("whoAmI", OpCode.whoAmI, Effect.READ),
    CLOSE_SESSION("closeSession", OpCode.closeSession, Effect.WRITE),
    /** An operation this class does not know; it is forwarded and counted as a read, and its paths are not decoded. */
    UNKNOWN("unknown", Integer.MAX_VALUE, Effect.READ);

    private enum Effect {
        /** Upkeep of the connection, never counted as a request. */
        SESSION,
        /** Answered by the server the client is connected to, or, for {@code sync}, without a transaction. */
        READ,
        /** A transaction: the ensemble agrees on it. */
        WRITE
    }

    private final String label;
    private final int code;
    private final Effect effect;

    Operation(String label, int code, Effect effect) {
        this.label = label;
        this.code = code;
        this.effect = effect;
    }

    static Operation ofCode(int code) {
        for (Operation operation : values()) {
            if (operation.code == code && operation != CONNECT) {
                return operation;
            }
        }
        return UNKNOWN;
    }

    /** Whether the operation is a request a caller made, as opposed to upkeep of the connection. */
    public boolean isRequest() {
        return effect != Effect.SESSION;
    }

    /** Whether the operation becomes a transaction, also when it fails. */
    public boolean isWrite() {
        return effect == Effect.WRITE;
    }

    /** The name of the operation in ZooKeeper's protocol, for example {@code getChildren2}. */
    @Override
    public String toString() {
        return label;
    }
}

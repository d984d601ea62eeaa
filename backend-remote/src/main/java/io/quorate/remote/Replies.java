package io.quorate.remote;

import io.quorate.backend.AccessDeniedException;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.StorageFullException;
import java.util.List;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.jspecify.annotations.Nullable;

/** Reads ZooKeeper's results and error codes. */
final class Replies {

    private Replies() {}

    /** Returns the code of one result. */
    static Code code(OpResult result) {
        if (!(result instanceof OpResult.ErrorResult error)) {
            return Code.OK;
        }
        @Nullable Code code = Code.get(error.getErr());
        return code == null ? Code.SYSTEMERROR : code;
    }

    static boolean isNoNode(OpResult result) {
        return code(result) == Code.NONODE;
    }

    /**
     * Returns the index of the operation that made a commit fail, -1 if none did. Those before it are marked as fine, those
     * after it as not having been tried.
     */
    static int firstFailure(List<OpResult> results) {
        for (int i = 0; i < results.size(); i++) {
            Code code = code(results.get(i));
            if (code != Code.OK && code != Code.RUNTIMEINCONSISTENCY) {
                return i;
            }
        }
        return -1;
    }

    /** Returns what became of a commit as a whole: its first failure, or what the request ended with if no result came. */
    static Code outcome(Code code, List<OpResult> results) {
        int failure = firstFailure(results);
        return results.isEmpty() ? code : failure < 0 ? Code.OK : code(results.get(failure));
    }

    /** Returns the failure for a code that has no meaning of its own for the operation. Nothing happened. */
    static QuorateException failure(Code code, String what) {
        return switch (code) {
            case NOAUTH, AUTHFAILED, INVALIDACL, SESSIONCLOSEDREQUIRESASLAUTH ->
                new AccessDeniedException(
                        what + " was refused: ZooKeeper answers " + code
                                + "; check the authentication and the access control lists",
                        null);
            case QUOTAEXCEEDED ->
                new StorageFullException(
                        what + " was refused: it exceeds a quota; raise the quota or free space", null);
            default ->
                new BackendUnavailableException(
                        what + " was refused: ZooKeeper answers " + code + "; retry later", null);
        };
    }
}

package io.quorate.embedded.tree;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One change of one node inside a {@link Txn}.
 *
 * <p>Its position among the changes of its transaction is its <em>ordinal</em>; index and ordinal together name it for
 * ever. Arrays are shared with the tree and must not be modified.
 */
public sealed interface NodeChange {

    /** Returns the path of the node. */
    String path();

    /**
     * A node that is created; its parent exists by then.
     *
     * @param path its path
     * @param data its value, or {@code null} for none
     * @param kind its kind; an ephemeral one belongs to the session of the transaction
     * @param ttlMillis its time to live, in milliseconds; 0 unless the kind is {@link NodeKind#TTL}
     * @param sequential whether the name took a number from the parent's sequence counter
     */
    @SuppressWarnings("ArrayRecordComponent") // Values are large and many: they are shared, not copied.
    record Created(String path, byte @Nullable [] data, NodeKind kind, long ttlMillis, boolean sequential)
            implements NodeChange {

        /** Checks that a time to live is given where there is one. */
        public Created {
            if (kind == NodeKind.TTL ? ttlMillis <= 0 : ttlMillis != 0) {
                throw new IllegalArgumentException("a node of kind " + kind + " cannot live for " + ttlMillis + " ms");
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Created that
                    && path.equals(that.path)
                    && Arrays.equals(data, that.data)
                    && kind == that.kind
                    && ttlMillis == that.ttlMillis
                    && sequential == that.sequential;
        }

        @Override
        public int hashCode() {
            return path.hashCode() * 31 + Arrays.hashCode(data);
        }
    }

    /**
     * A node whose value is replaced.
     *
     * @param path its path
     * @param data its new value, or {@code null} for none
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Updated(String path, byte @Nullable [] data) implements NodeChange {

        @Override
        public boolean equals(Object other) {
            return other instanceof Updated that && path.equals(that.path) && Arrays.equals(data, that.data);
        }

        @Override
        public int hashCode() {
            return path.hashCode() * 31 + Arrays.hashCode(data);
        }
    }

    /**
     * A node that is deleted; it has no children by then.
     *
     * @param path its path
     */
    record Deleted(String path) implements NodeChange {}
}

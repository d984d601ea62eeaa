package io.quorate.embedded.tree;

import io.quorate.backend.Key;
import java.util.Objects;

/** Spoils a member's state behind its back, as a defect of its memory would. */
public final class Corruption {

    private Corruption() {}

    /** Changes a bit of the value of a node that has one; its digest stays what it was until the node changes. */
    public static void flip(StateMachine state, Key key) {
        Znode node = Objects.requireNonNull(state.tree().find(key.toString()));
        byte[] data = Objects.requireNonNull(node.data).clone();
        data[0] ^= 1;
        node.data = data;
    }
}

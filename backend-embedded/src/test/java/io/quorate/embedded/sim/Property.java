package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.Message;
import io.quorate.embedded.zab.RecordBatch;
import java.util.function.Supplier;

/** Something that must hold all through a run. It is told what happens and throws when it does not hold. */
abstract class Property {

    void onSend(ObservedMember node, Message message) {}

    /** A leader has proposed records. */
    void onProposed(ObservedMember leader, RecordBatch records) {}

    /** A leader has committed a record that was not committed before. */
    void onCommitted(ObservedMember leader, LogRecord record) {}

    /** A member is about to apply {@code (from, through]}. */
    void onApply(ObservedMember node, long from, long through) {}

    /** A member has restored its state from a snapshot. */
    void onRestored(ObservedMember node, long index) {}

    /** A leader has reached broadcast. */
    void onEstablished(ObservedMember leader) {}

    /** What a power cut would leave at a member has changed. */
    void onDiskChanged(ObservedMember node) {}

    /** A member's disk was replaced by an empty one. */
    void onWiped(ObservedMember node) {}

    /** Looks at a member after each event it handled. */
    void afterEvent(ObservedMember node) {}

    final void require(boolean holds, Supplier<String> detail) {
        if (!holds) {
            throw new PropertyViolated(getClass().getSimpleName(), detail.get());
        }
    }
}

package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.ZabPeer;

/** What the properties look at in a simulated member. */
interface ObservedMember {

    /** The position in the member list, counted from 0. */
    int position();

    int id();

    /** Differs for each start. */
    long life();

    /** The protocol core; only while the member is up. */
    ZabPeer peer();

    long applied();

    /** The record at an index of the log as the member believes it to be, what is not yet durable included. */
    LogRecord written(long index);

    LogPoint writtenEnd();

    LogPoint writtenBase();

    /** What a power cut would leave. */
    DurableImage disk();
}

package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;

/** Something that holds between each record of a durable log and the one before it. */
abstract class LogProperty extends Property {

    private final long[] checked;

    LogProperty(int members) {
        checked = new long[members];
    }

    /** Checks one record against the point of its predecessor. */
    abstract void check(ObservedMember node, LogPoint before, LogRecord record);

    @Override
    final void onDiskChanged(ObservedMember node) {
        DurableImage disk = node.disk();
        long from = Math.max(
                disk.base().index(),
                Math.min(checked[node.position()], disk.end().index()) - 1);
        LogPoint before =
                from == disk.base().index() ? disk.base() : disk.record(from).point();
        int size = disk.records().size();
        for (int i = (int) (from - disk.base().index()); i < size; i++) {
            LogRecord record = disk.records().get(i);
            check(node, before, record);
            before = record.point();
        }
        checked[node.position()] = disk.end().index();
    }
}

package io.quorate.embedded.zab;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which disk of each member counts, as far as a log says: of a member that came back with another disk than it had, the one that was
 * admitted last. A member that is not named has the disk that it began with. Immutable.
 *
 * @param disks the numbers of the disks that were admitted, by the ids of their members
 */
public record Roster(Map<Integer, Long> disks) {

    /** Nobody has come back with another disk. */
    public static final Roster EMPTY = new Roster(Map.of());

    /** Copies the map. */
    public Roster {
        disks = Map.copyOf(disks);
    }

    /** Returns this roster with one more admission, which replaces an earlier one of that member. */
    public Roster with(Admission admission) {
        Map<Integer, Long> changed = new TreeMap<>(disks);
        changed.put(admission.member(), admission.disk());
        return new Roster(changed);
    }

    /** Returns this roster as it is behind a record. */
    public Roster after(LogRecord record) {
        return record.type() == RecordType.ADMISSION ? with(Admission.of(record.payload())) : this;
    }

    /**
     * Returns whether another disk of a member than this one counts. What the member promised and acknowledged since is on that one,
     * so that a vote from this one could complete a quorum that knows nothing of it.
     */
    public boolean isReplaced(int member, long disk) {
        Long admitted = disks.get(member);
        return admitted != null && admitted != disk;
    }
}

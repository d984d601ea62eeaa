package io.quorate.embedded.tree;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which disk counts of each member that came back with another one than it had. It is a part of the replicated state, so that it
 * outlives the records that said so.
 */
final class DiskTable {

    private final TreeMap<Integer, Long> disks = new TreeMap<>();
    private long digest;

    void admit(int member, long disk) {
        Long replaced = disks.put(member, disk);
        digest += Digest.disk(member, disk) - (replaced == null ? 0 : Digest.disk(member, replaced));
    }

    boolean contains(int member) {
        return disks.containsKey(member);
    }

    Map<Integer, Long> all() {
        return Collections.unmodifiableMap(disks);
    }

    /** Returns the sum of the hashes of all entries, 0 if there is none. */
    long digest() {
        return digest;
    }
}

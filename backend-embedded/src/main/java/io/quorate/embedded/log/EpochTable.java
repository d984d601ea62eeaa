package io.quorate.embedded.log;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The epochs of the log and where each begins. */
final class EpochTable {
    private final TreeMap<Long, Long> epochByFirstIndex = new TreeMap<>();

    void add(long epoch, long index) {
        Map.Entry<Long, Long> last = epochByFirstIndex.lastEntry();
        if (last == null || last.getValue() != epoch) {
            epochByFirstIndex.put(index, epoch);
        }
    }

    /** The epoch of a record that the log holds. */
    long epochOf(long index) {
        Map.Entry<Long, Long> entry = epochByFirstIndex.floorEntry(index);
        if (entry == null) {
            throw new IllegalArgumentException("record " + index + " is not in the log");
        }
        return entry.getValue();
    }

    void keepUpTo(long index) {
        epochByFirstIndex.tailMap(index, false).clear();
    }

    void keepFrom(long index) {
        Map.Entry<Long, Long> covering = epochByFirstIndex.floorEntry(index);
        epochByFirstIndex.headMap(index, false).clear();
        if (covering != null) {
            epochByFirstIndex.putIfAbsent(index, covering.getValue());
        }
    }

    List<EpochStart> starts() {
        return epochByFirstIndex.entrySet().stream()
                .map(entry -> new EpochStart(entry.getValue(), entry.getKey()))
                .toList();
    }
}

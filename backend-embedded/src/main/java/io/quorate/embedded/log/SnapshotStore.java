package io.quorate.embedded.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The snapshots in a data directory, oldest first; changed by the storage's thread only. */
final class SnapshotStore {
    private final Disk disk;
    private final Rules rules;
    private final int keep;
    private final List<Snapshot> kept;
    /** Also added to by threads that verify. */
    private final Set<Snapshot> verified = ConcurrentHashMap.newKeySet();
    /** What a verification could not read; added to by the same threads. */
    private final Set<Snapshot> damaged = ConcurrentHashMap.newKeySet();

    SnapshotStore(Disk disk, Rules rules, int keep, List<Snapshot> found) {
        this.disk = disk;
        this.rules = rules;
        this.keep = keep;
        this.kept = new ArrayList<>(found);
        kept.sort(Comparator.comparingLong(Snapshot::lastIndex));
    }

    List<Snapshot> kept() {
        return List.copyOf(kept);
    }

    Optional<Snapshot> newest() {
        return kept.isEmpty() ? Optional.empty() : Optional.of(kept.get(kept.size() - 1));
    }

    long newestIndex() {
        return newest().map(Snapshot::lastIndex).orElse(0L);
    }

    /** Which of some snapshots are to be kept and were not verified; callable by any thread. */
    List<Snapshot> unverified(List<Snapshot> all) {
        return all.subList(Math.max(0, all.size() - keep), all.size()).stream()
                .filter(snapshot -> !verified.contains(snapshot))
                .toList();
    }

    void noteVerified(Snapshot snapshot) {
        verified.add(snapshot);
    }

    void noteDamaged(Snapshot snapshot) {
        verified.remove(snapshot);
        damaged.add(snapshot);
    }

    /** Gives a finished file its name, durably. */
    void put(SnapshotWriter writer) throws IOException {
        Snapshot snapshot = writer.snapshot();
        disk.rename(writer.fileName(), Names.snapshot(snapshot.lastIndex()));
        if (rules.keep(DurabilityRule.FORCE_DIRECTORY)) {
            disk.forceDirectory();
        }
        kept.removeIf(old -> old.lastIndex() == snapshot.lastIndex());
        kept.add(snapshot);
    }

    void deleteOlderThan(long index) throws IOException {
        for (Snapshot old : kept()) {
            if (old.lastIndex() < index) {
                disk.delete(Names.snapshot(old.lastIndex()));
                kept.remove(old);
                verified.remove(old);
            }
        }
    }

    /** Sets aside what could not be read back; the log and the other snapshots do without it. */
    void setDamagedAside(long incarnation) throws IOException {
        for (Snapshot bad : kept()) {
            if (damaged.remove(bad)) {
                String name = Names.snapshot(bad.lastIndex());
                disk.rename(name, Names.aside(name, incarnation, disk.list()));
                kept.remove(bad);
            }
        }
    }

    /** Whether there are more than must be kept. */
    boolean hasSurplus() {
        return kept.size() > keep;
    }

    /** Deletes what is older than the verified snapshots that must be kept. */
    void deleteSurplus() throws IOException {
        List<Snapshot> good = kept.stream().filter(verified::contains).toList();
        if (good.size() >= keep) {
            deleteOlderThan(good.get(good.size() - keep).lastIndex());
        }
    }

    /** The last index that the log need not hold any more, or 0. */
    long purgeableUpTo() {
        if (!rules.keep(DurabilityRule.KEEP_LOG_ABOVE_OLDEST_SNAPSHOT)) {
            return newestIndex();
        }
        boolean oldestHolds = !kept.isEmpty() && verified.contains(kept.get(0));
        return oldestHolds ? kept.get(0).lastIndex() : 0;
    }
}

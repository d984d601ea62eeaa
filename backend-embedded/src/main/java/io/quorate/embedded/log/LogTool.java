package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The command {@code quorate-log}: looks at the data directory of a member that is stopped, and salvages a damaged one.
 *
 * <p>{@code check} and {@code dump} change no byte.
 */
public final class LogTool {
    /** Everything is whole, or was salvaged. */
    static final int OK = 0;
    /** There is damage. */
    static final int DAMAGED = 1;
    /** The command line makes no sense. */
    static final int USAGE = 2;
    /** The directory cannot be had: absent, in use, unsafe, unreadable, or another's. */
    static final int UNAVAILABLE = 3;

    private static final String USAGE_TEXT = """
            usage: quorate-log check DIR     prove that DIR holds all its member acknowledged, or name the damage
                   quorate-log dump DIR      print the epochs, snapshots and records in DIR, up to the first damage
                   quorate-log salvage DIR   keep what can be proven of a damaged DIR under a new incarnation;
                                             the old files stay in DIR under names that begin with aside-
            run it with: java -jar quorate-backend-embedded-VERSION.jar VERB DIR
            DIR is the directory of one member, such as /var/lib/app/member-1.
            The member must be stopped. check and dump change nothing.
            exit status: 0 whole or salvaged, 1 damaged, 2 wrong usage, 3 DIR cannot be opened
            """;

    private static final int LONGEST_BODY = 16 << 20;
    private static final LogLimits LIMITS = new LogLimits(64 << 20, 1 << 20, LONGEST_BODY, 3, 0);

    private final PrintStream out;
    private final PrintStream err;
    private final LongSupplier newIncarnation;

    LogTool(PrintStream out, PrintStream err, LongSupplier newIncarnation) {
        this.out = out;
        this.err = err;
        this.newIncarnation = newIncarnation;
    }

    /**
     * Runs the command and ends the process with its exit status.
     *
     * @param args a verb and a directory
     */
    public static void main(String[] args) {
        System.exit(new LogTool(System.out, System.err, System::currentTimeMillis).run(args));
    }

    int run(String... args) {
        if (args.length != 2 || !List.of("check", "dump", "salvage").contains(args[0])) {
            err.print(USAGE_TEXT);
            return USAGE;
        }
        Path directory = Path.of(args[1]);
        if (!Files.isDirectory(directory)) {
            err.println(directory + " is not a directory");
            return UNAVAILABLE;
        }
        try {
            return run(args[0], FileChannelDisk.open(directory));
        } catch (CorruptStorageException e) {
            out.println("DAMAGED: " + e.getMessage());
            out.println(
                    "A member of a cluster sets these files aside with its next start and gets everything from its leader."
                            + " For a single member: restore DIR from a backup, or keep what can be read with salvage.");
            return DAMAGED;
        } catch (StorageException | IOException e) {
            err.println(e.getMessage());
            return UNAVAILABLE;
        }
    }

    private int run(String verb, FileChannelDisk disk) throws IOException {
        boolean salvages = verb.equals("salvage");
        Closeable lock = salvages ? disk.lock() : disk.lockWithoutTrace();
        try {
            return salvages ? salvage(disk) : look(verb, disk);
        } finally {
            lock.close();
        }
    }

    private int look(String verb, Disk disk) throws IOException {
        try (Examination found = new Examination(disk, LIMITS, Rules.all(), true)) {
            return verb.equals("check") ? check(disk, found) : dump(disk, found);
        }
    }

    private int check(Disk disk, Examination found) throws IOException {
        if (found.names.contains(Names.MOVING_ASIDE) || found.names.contains(Names.MOVING_IN)) {
            out.println(
                    "a quarantine or salvage was interrupted; the next start of the member, or salvage, finishes it");
            return OK;
        }
        Condemnation.check(disk);
        found.readMeta();
        if (found.isEmpty()) {
            out.println("OK: no member has used this directory yet");
            return OK;
        }
        printMeta(found);
        found.readHistory();
        found.badSnapshots.forEach(
                name -> out.println("snapshot " + name + " is damaged; the others and the log do without"));
        printSnapshots(found);
        if (found.installationUnfinished) {
            out.println("a received snapshot is being installed; the next start finishes that");
        } else if (!found.segments.isEmpty()) {
            out.println("records " + found.segments.get(0).firstIndex() + " to " + found.lastIndex() + " in "
                    + found.segments.size() + " segments");
            printTail(found);
        }
        out.println("OK");
        return OK;
    }

    private void printTail(Examination found) {
        TailInspection.Finding tail = found.tail;
        if (tail == null) {
            out.println("a truncation is under way; the next start finishes it");
        } else if (tail.kind() == TailInspection.Kind.TORN) {
            out.println("torn write behind the last record; the next start cuts it off: " + tail.reason());
        }
    }

    private void printMeta(Examination found) {
        Meta meta = found.meta();
        Identity identity = meta.identity();
        out.println("cluster " + identity.clusterId() + ", member " + identity.nodeId() + ", incarnation "
                + identity.incarnation() + ", opened " + meta.boots() + " times, " + meta.standing());
        AcceptedLeader leader = meta.acceptedLeader();
        out.println("accepted epoch " + meta.acceptedEpoch() + " of "
                + (leader == null ? "an unknown leader" : "member " + leader.nodeId()));
    }

    private void printSnapshots(Examination found) {
        found.snapshots.forEach(snapshot -> out.println("snapshot at (" + snapshot.lastEpoch() + ","
                + snapshot.lastIndex() + ") chain " + Long.toHexString(snapshot.chainHash()) + " state "
                + Long.toHexString(snapshot.stateDigest())));
    }

    private int dump(Disk disk, Examination found) throws IOException {
        CorruptStorageException damage = null;
        try {
            found.readMeta();
            if (!found.isEmpty()) {
                printMeta(found);
                found.readHistory();
            }
        } catch (CorruptStorageException e) {
            damage = e;
        }
        printSnapshots(found);
        dumpRecords(disk, found.names);
        if (damage != null) {
            throw damage;
        }
        return OK;
    }

    private void dumpRecords(Disk disk, List<String> names) throws IOException {
        ChainHash hash = new ChainHash();
        for (String name : names) {
            if (!Names.isSegment(name)) {
                continue;
            }
            try (Segment segment = Segment.open(disk, name, LIMITS, Rules.all(), true)) {
                if (segment == null) {
                    out.println(name + ": no valid header");
                } else {
                    segment.scan(new EpochTable(), Long.MAX_VALUE, hash);
                    dumpRecords(segment, hash);
                }
            }
        }
    }

    private void dumpRecords(Segment segment, ChainHash hash) throws IOException {
        out.println(segment.name() + ": records " + segment.firstIndex() + " to " + segment.lastIndex()
                + ", which end at byte " + segment.end());
        long next = segment.firstIndex();
        while (next <= segment.lastIndex()) {
            List<LogRecord> records = new ArrayList<>();
            segment.read(next, segment.lastIndex(), LONGEST_BODY, records, hash);
            for (LogRecord record : records) {
                out.println("  (" + record.epoch() + "," + record.index() + ") " + record.type() + " "
                        + record.bodyLength() + " bytes, chain " + Long.toHexString(record.hash(hash)));
            }
            next += records.size();
        }
    }

    private int salvage(Disk disk) throws IOException {
        Salvage.Kept kept = new Salvage(disk, LIMITS).run(newIncarnation);
        Snapshot snapshot = kept.snapshot();
        out.println("kept " + (snapshot == null ? "no snapshot" : "the snapshot at record " + snapshot.lastIndex())
                + " and " + (kept.end().index() - kept.firstIndex() + 1) + " records behind it, up to record "
                + kept.end().index() + "; incarnation "
                + kept.identity().incarnation());
        out.println("Whatever was acknowledged behind record " + kept.end().index()
                + " is lost. The old files are kept under names that begin with " + Names.ASIDE);
        return OK;
    }
}

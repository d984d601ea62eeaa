package io.quorate.embedded.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The records in the directory of a member that may be running. */
public final class SegmentRecords {

    private static final LogLimits LIMITS = LogLimits.DEFAULT;
    private static final long ALL_BYTES = Long.MAX_VALUE;

    private SegmentRecords() {}

    /**
     * Reads records without changing anything, and without a lock. What the member may still cut off must not be asked for.
     *
     * @param directory the directory with the segments
     * @param from the first index that is wanted
     * @param to the last one
     * @return a run of records that begins with the first; empty if the directory has it no longer or not yet
     */
    public static List<LogRecord> read(Path directory, long from, long to) throws IOException {
        List<LogRecord> found = new ArrayList<>();
        FileChannelDisk disk = FileChannelDisk.open(directory);
        ChainHash hash = new ChainHash();
        for (String name :
                disk.list().stream().filter(Names::isSegment).sorted().toList()) {
            try (Segment segment = Segment.open(disk, name, LIMITS, Rules.all(), true)) {
                if (segment != null && segment.firstIndex() <= from + found.size()) {
                    segment.scan(new EpochTable(), to, hash);
                    if (segment.lastIndex() >= from + found.size()) {
                        boolean unused = segment.read(
                                from + found.size(), Math.min(to, segment.lastIndex()), ALL_BYTES, found, hash);
                    }
                }
            } catch (NoSuchFileException e) {
                // The member has deleted it meanwhile.
            }
        }
        return found;
    }
}

package io.quorate.embedded.process;

import io.quorate.backend.Bytes;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.embedded.sim.Oracle;
import java.util.ArrayList;
import java.util.List;

/** Whether each watcher of the configuration showed committed revisions only, one after another and none mixed, and the last one (N10). */
final class ConfigChecks {

    private static final Key ROOT = Key.of("/config").resolve(ConfigSightings.NAME);

    private final Oracle oracle;
    private final List<String> violations = new ArrayList<>();
    private long sightings;

    ConfigChecks(Oracle oracle) {
        this.oracle = oracle;
    }

    List<String> violations() {
        return violations;
    }

    long sightings() {
        return sightings;
    }

    /** Goes through all that a process has said; returns the last revision that it showed. */
    long check(String process, List<String> lines) {
        long last = -1;
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("!") && words[1].equals("seen")) {
                sightings++;
                long revision = Long.parseLong(words[2]);
                if (revision <= last) {
                    violations.add("N10: " + process + " shows revision " + revision + " behind " + last);
                }
                String committed = committedAt(revision);
                if (!words[3].equals(committed)) {
                    violations.add("N10: " + process + " shows " + words[3] + " of revision " + revision + ", which is "
                            + committed);
                }
                last = revision;
            }
        }
        return last;
    }

    /** In the end a watcher shows nothing older than the last that was published. */
    void checkLast(String process, long last, long published) {
        if (last < published) {
            violations.add(
                    "N10: " + process + " shows revision " + last + " in the end, and " + published + " was published");
        }
    }

    private String committedAt(long revision) {
        List<String> values = new ArrayList<>();
        for (String name : ConfigSightings.KEYS) {
            Entry entry = oracle.entryAt(ROOT.resolve(name), Math.min(revision, oracle.lastIndex()));
            Bytes value = entry == null ? null : entry.value();
            String text = value == null ? "-" : value.utf8();
            if (!values.contains(text)) {
                values.add(text);
            }
        }
        return String.join(",", values);
    }
}

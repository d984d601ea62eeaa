package io.quorate.embedded.process;

import io.quorate.backend.Scope;
import io.quorate.embedded.sim.Oracle;
import io.quorate.embedded.sim.PropertyViolated;
import io.quorate.embedded.sim.WatchModel;
import io.quorate.embedded.sim.WatchedHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;

/** Whether the watches of one process told all that was committed, in order, and before the replies that show it (N7). */
final class WatchChecks implements WatchedHistory {

    private final Oracle oracle;
    private final NavigableSet<Long> changes;
    private final List<String> violations = new ArrayList<>();
    private final Map<Long, WatchModel> watches = new HashMap<>();
    private String process = "";
    private long batches;

    WatchChecks(Oracle oracle) {
        this.oracle = oracle;
        this.changes = oracle.changesBelow(SubtreeWatch.KEY);
    }

    /** Goes through all that a process has said. */
    void check(String name, List<String> lines) {
        process = name;
        watches.clear();
        for (String line : lines) {
            List<String> words = Arrays.asList(line.split(" ", -1));
            try {
                check(words);
            } catch (PropertyViolated violation) {
                // It is noted; what the watch is told from now on cannot be right.
                watches.values().forEach(WatchModel::end);
                return;
            }
        }
    }

    private void check(List<String> words) {
        switch (words.get(0).equals("!") ? words.get(1) : "answer " + words.get(1)) {
            case "session" -> {
                long session = Long.parseLong(words.get(2));
                watches.put(session, new WatchModel(this, process + session, SubtreeWatch.KEY, Scope.SUBTREE));
            }
            case "batch" -> {
                batches++;
                watch(words).onBatch(SubtreeWatch.batch(words.subList(3, words.size())));
            }
            case "unwatched" -> watch(words).end();
            case "answer committed" -> answered(words, Long.parseLong(words.get(3)));
            case "answer found" -> answered(words, Long.parseLong(words.get(4)));
            default -> {
                // It has nothing to do with the watches.
            }
        }
    }

    private WatchModel watch(List<String> words) {
        WatchModel watch = watches.get(Long.valueOf(words.get(2)));
        if (watch == null) {
            throw new IllegalStateException("a line of a session that was not told of: " + words);
        }
        return watch;
    }

    private void answered(List<String> words, long index) {
        WatchModel watch = watch(words);
        // Only a change between what the watch has told and the reply could have been overtaken.
        Long next = changes.higher(watch.revision());
        if (next != null && next <= index) {
            watch.onReply(index, () -> String.join(" ", words));
        }
    }

    List<String> violations() {
        return violations;
    }

    long batches() {
        return batches;
    }

    @Override
    public Oracle oracle() {
        return oracle;
    }

    @Override
    public long appliedAnywhere() {
        return oracle.lastIndex();
    }

    @Override
    public void violated(PropertyViolated violation) {
        violations.add("N7: " + violation.getMessage());
    }
}

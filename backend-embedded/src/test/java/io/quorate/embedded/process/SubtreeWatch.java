package io.quorate.embedded.process;

import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionId;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A watch of some of the keys that clients use, on each session of a process: says what it is told, and understands that. */
final class SubtreeWatch {

    static final Key KEY = Key.of("/kv/0");

    private static final String NONE = "-";

    private final Consumer<String> output;

    SubtreeWatch(Consumer<String> output) {
        this.output = output;
    }

    void on(Session session) {
        long id = session.id().value();
        output.accept("! session " + id);
        Watch unused = session.watch(KEY, Scope.SUBTREE, new WatchListener() {
            @Override
            public void onBatch(WatchBatch batch) {
                output.accept("! batch " + id + " " + line(batch));
            }

            @Override
            public void onEnd(QuorateException cause) {
                output.accept("! unwatched " + id);
            }
        });
    }

    static String line(WatchBatch batch) {
        StringBuilder line = new StringBuilder();
        line.append(batch.revision())
                .append(' ')
                .append(batch.initial())
                .append(' ')
                .append(batch.gap());
        for (Change change : batch.changes()) {
            line.append(' ').append(change instanceof Change.Put put ? put(put.entry()) : NONE + "," + change.key());
        }
        return line.toString();
    }

    private static String put(Entry entry) {
        Bytes value = entry.value();
        SessionId owner = entry.owner();
        return "+," + entry.key() + "," + entry.createRevision() + "," + entry.modRevision() + ","
                + (owner == null ? NONE : Long.toString(owner.value())) + ","
                + entry.createdAt().toEpochMilli() + "," + (value == null ? NONE : value.utf8());
    }

    /** Returns the batch that a line speaks of. */
    static WatchBatch batch(List<String> words) {
        List<Change> changes = new ArrayList<>();
        for (String word : words.subList(3, words.size())) {
            changes.add(change(word.split(",", -1)));
        }
        return new WatchBatch(
                Long.parseLong(words.get(0)),
                Boolean.parseBoolean(words.get(1)),
                Boolean.parseBoolean(words.get(2)),
                changes);
    }

    private static Change change(String[] fields) {
        Key key = Key.of(fields[1]);
        if (fields[0].equals(NONE)) {
            return new Change.Removed(key);
        }
        return new Change.Put(new Entry(
                key,
                fields[6].equals(NONE) ? null : Bytes.utf8(fields[6]),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]),
                fields[4].equals(NONE) ? null : new SessionId(Long.parseLong(fields[4])),
                Instant.ofEpochMilli(Long.parseLong(fields[5]))));
    }
}

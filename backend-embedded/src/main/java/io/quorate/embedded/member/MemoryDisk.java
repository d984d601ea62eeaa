package io.quorate.embedded.member;

import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.Roster;
import io.quorate.embedded.zab.StorageCompletion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A disk that is only memory: it survives its member and not the process. Everything is done at once. Confined to the thread
 * of the member.
 */
final class MemoryDisk {

    private final Outline outline = new Outline(EpochPromise.NONE, LogPoint.GENESIS, 0, Roster.EMPTY);
    private final LogTail log = new LogTail(LogPoint.GENESIS, List.of());
    private LogPoint snapshot = LogPoint.GENESIS;
    private List<byte[]> content = List.of();
    // A leader may have decided to send the snapshot before the newest one.
    private LogPoint previous = LogPoint.GENESIS;
    private List<byte[]> previousContent = List.of();

    /** Returns the storage of one life of the member. */
    MemberStore mount() {
        return new Store();
    }

    private final class Store implements MemberStore {

        private @Nullable Listener listener;

        private Listener listener() {
            Listener present = listener;
            if (present == null) {
                throw new IllegalStateException("the storage is not open");
            }
            return present;
        }

        private void done(Event completion) {
            listener().completed(completion);
        }

        @Override
        public void open(Listener newListener) {
            listener = newListener;
            long end = outline.end().index();
            List<LogRecord> records =
                    end == snapshot.index() ? List.of() : records(log.batch(snapshot.index() + 1, end));
            log.compact(snapshot.index());
            outline.compacted(snapshot, snapshot);
            newListener.recovered(new Recovered(outline.state(), machine(), records, Optional.empty()));
        }

        private StateMachine machine() {
            return snapshot.equals(LogPoint.GENESIS) ? new StateMachine() : Replica.load(content, snapshot);
        }

        private List<LogRecord> records(RecordBatch batch) {
            List<LogRecord> list = new ArrayList<>(batch.size());
            for (int i = 0; i < batch.size(); i++) {
                list.add(batch.get(i));
            }
            return list;
        }

        @Override
        public void settle(long generation) {
            done(new StorageCompletion.Settled(generation, outline.state()));
        }

        @Override
        public void append(long generation, RecordBatch records) {
            log.append(records);
            outline.appended(records);
            done(new StorageCompletion.Appended(generation, records.last().index()));
        }

        @Override
        public void truncate(long generation, long lastIndex) {
            log.truncate(lastIndex);
            outline.truncated(log.pointAt(lastIndex));
            done(new StorageCompletion.Truncated(generation, outline.end()));
        }

        @Override
        public void persistPromise(long generation, EpochPromise promise) {
            outline.promised(promise);
            done(new StorageCompletion.PromisePersisted(generation, promise));
        }

        @Override
        public void install(long generation, Received received) {
            LogPoint point = received.point();
            log.restart(point);
            outline.installed(point, received.roster());
            snapshot = point;
            content = received.content();
            done(new StorageCompletion.SnapshotInstalled(generation, point));
        }

        @Override
        public void keepSnapshot(LogPoint point, long digest, LogPoint base, List<byte[]> newContent) {
            log.compact(base.index());
            outline.compacted(point, base);
            previous = snapshot;
            previousContent = content;
            snapshot = point;
            content = newContent;
            done(new Event.SnapshotTaken(point, base));
        }

        @Override
        public void readSnapshot(LogPoint point, Consumer<Optional<List<byte[]>>> reader) {
            if (point.equals(snapshot)) {
                reader.accept(Optional.of(content));
            } else {
                reader.accept(point.equals(previous) ? Optional.of(previousContent) : Optional.empty());
            }
        }

        @Override
        public void close() {
            listener().closed();
        }
    }
}

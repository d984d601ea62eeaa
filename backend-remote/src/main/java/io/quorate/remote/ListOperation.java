package io.quorate.remote;

import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Read;
import io.quorate.backend.TicketName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;

/**
 * The reading of a key's children.
 *
 * <p>The names of tickets tell their order, so that the keys of a queue take one round trip. Other children are ordered by the
 * zxid that created them, which takes a second one.
 */
final class ListOperation extends ReadOperation<Listing> {

    private final Key parent;
    private final String path;
    private final Content content;
    private boolean exists;
    private int generation;

    ListOperation(SessionContext context, Key parent, Content content, Read mode) {
        super(context, mode);
        this.parent = parent;
        this.path = context.paths().path(parent);
        this.content = content;
    }

    @Override
    Set<String> reads() {
        return Set.of(path, Dispatcher.children(path));
    }

    @Override
    String node() {
        return path;
    }

    @Override
    void request() {
        int current = ++generation;
        context.wire().children(this, path, (code, names, stat) -> {
            if (current == generation && counts()) {
                listed(code, names);
            }
        });
    }

    private void listed(Code code, List<String> names) {
        if (code == Code.NONODE) {
            exists = parent.isRoot();
            settle(List.of(), List.of());
            return;
        }
        if (code != Code.OK) {
            fail(Replies.failure(code, "listing " + parent));
            return;
        }
        exists = true;
        boolean ticketsOnly =
                names.stream().allMatch(name -> TicketName.parse(name).isPresent());
        if (ticketsOnly && content == Content.KEYS) {
            settle(
                    TicketDesk.places(parent, names).stream()
                            .map(QueueEntry::key)
                            .toList(),
                    List.of());
            return;
        }
        List<Key> keys = new ArrayList<>();
        names.forEach(name -> context.paths().childKey(parent, name).ifPresent(keys::add));
        readEntries(keys);
    }

    private void readEntries(List<Key> keys) {
        int current = generation;
        List<Entry> entries = new ArrayList<>();
        List<List<String>> chunks =
                Chunks.of(keys.stream().map(context.paths()::path).toList(), 0, false);
        int[] outstanding = {chunks.size()};
        if (chunks.isEmpty()) {
            ordered(entries);
        }
        for (List<String> chunk : chunks) {
            context.wire().multi(this, Chunks.reads(chunk, false), (code, results) -> {
                if (current != generation) {
                    return;
                }
                if (results.isEmpty()) {
                    generation++;
                    fail(Replies.failure(code, "listing " + parent));
                    return;
                }
                absorb(chunk, results, entries);
                if (--outstanding[0] == 0) {
                    ordered(entries);
                }
            });
        }
    }

    private void absorb(List<String> chunk, List<OpResult> results, List<Entry> entries) {
        for (int i = 0; i < chunk.size(); i++) {
            if (results.get(i) instanceof OpResult.GetDataResult found) {
                String child = chunk.get(i);
                context.stripes()
                        .observed(
                                child,
                                found.getStat().getMzxid(),
                                found.getStat().getVersion());
                context.paths()
                        .key(child)
                        .ifPresent(key -> entries.add(PathMapping.entry(key, found.getData(), found.getStat())));
            }
        }
    }

    private void ordered(List<Entry> entries) {
        entries.sort(Comparator.comparingLong(Entry::createRevision).thenComparing(Entry::key));
        settle(entries.stream().map(Entry::key).toList(), content == Content.ENTRIES ? entries : List.of());
    }

    private void settle(List<Key> keys, List<Entry> entries) {
        Listing listing = new Listing(parent, exists, keys, entries);
        Set<String> concerned = new HashSet<>();
        concerned.add(path);
        keys.forEach(key -> concerned.add(context.paths().path(key)));
        context.dispatcher().done(this);
        context.watches().afterRead(concerned, () -> result.settle(listing));
    }
}

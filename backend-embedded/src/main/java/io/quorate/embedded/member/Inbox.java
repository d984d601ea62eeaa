package io.quorate.embedded.member;

import io.quorate.embedded.zab.Event;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What other threads have to tell a member, in the order of their telling: what became of its storage's operations. Filled by
 * any thread, emptied by the member's.
 */
final class Inbox implements MemberStore.Listener {

    /** Something to be handled on the member's thread. */
    sealed interface Item {}

    /** The storage has recovered. */
    record Recovered(MemberStore.Recovered found) implements Item {}

    /** An operation of the storage has ended, as the protocol is to be told. */
    record Completed(Event event) implements Item {}

    /** The storage has failed. */
    record Failed(Throwable cause) implements Item {}

    /** A snapshot that was to be kept was not. */
    record SnapshotAbandoned() implements Item {}

    /** The storage is released. */
    record Closed() implements Item {}

    /** Something that the member asked for is done, and this is to follow. */
    record Continuation(Runnable task) implements Item {}

    private final ConcurrentLinkedQueue<Item> items = new ConcurrentLinkedQueue<>();
    private final Runnable wakeUp;

    Inbox(Runnable wakeUp) {
        this.wakeUp = wakeUp;
    }

    /** Returns what comes next, or {@code null} if nothing waits. */
    @Nullable
    Item poll() {
        return items.poll();
    }

    private void post(Item item) {
        items.add(item);
        wakeUp.run();
    }

    /** Lets a task run on the member's thread. */
    void continueWith(Runnable task) {
        post(new Continuation(task));
    }

    @Override
    public void recovered(MemberStore.Recovered recovered) {
        post(new Recovered(recovered));
    }

    @Override
    public void completed(Event completion) {
        post(new Completed(completion));
    }

    @Override
    public void failed(Throwable cause) {
        post(new Failed(cause));
    }

    @Override
    public void snapshotAbandoned() {
        post(new SnapshotAbandoned());
    }

    @Override
    public void closed() {
        post(new Closed());
    }
}

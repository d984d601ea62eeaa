package io.quorate.embedded.member;

import io.quorate.embedded.transport.InMemoryNetwork;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The place of a member in the ensemble of one process: what stays while lives of the member come and go. Confined to the
 * thread of the members.
 */
public final class MemberSlot {

    private final int id;
    private final int members;
    private final @Nullable Path directory;
    private final MemoryDisk memory = new MemoryDisk();
    private @Nullable Member member;

    /**
     * Creates a slot without a running member.
     *
     * @param id the id of the member
     * @param members the number of members
     * @param directory where the ensemble keeps its data, or {@code null} for in memory
     */
    public MemberSlot(int id, int members, @Nullable Path directory) {
        this.id = id;
        this.members = members;
        this.directory = directory;
    }

    /** Returns the id of the member. */
    public int id() {
        return id;
    }

    /** Returns the member of the current life. */
    public Optional<Member> member() {
        return Optional.ofNullable(member);
    }

    /** Begins a new life of the member. */
    public void start(MemberSettings settings, InMemoryNetwork network, Runnable wakeUp) {
        if (member != null) {
            throw new IllegalStateException("member " + id + " runs already");
        }
        Path at = directory;
        MemberStore store = at == null
                ? memory.mount()
                : new DurableStore(at, id, members, settings.monotonicNanos(), settings.wallMillis());
        Member started = new Member(settings, network.endpoint(id), store, wakeUp);
        member = started;
        started.start();
    }

    /** Forgets a member that has stopped. */
    public void clear() {
        member = null;
    }

    /** Releases what is left, once the loop has ended. */
    public void close() {
        member = null;
    }
}

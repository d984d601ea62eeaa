package io.quorate.embedded.member;

import io.quorate.embedded.transport.Driving;
import io.quorate.embedded.transport.Network;
import io.quorate.embedded.transport.Transport;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The place of a member in the ensemble of one process: what stays while lives of the member come and go. Confined to the
 * thread of the members.
 */
public final class MemberSlot {

    private static final int LIFE_BITS = 20;

    private final int id;
    private final @Nullable EnsembleDirectory directory;
    private final long slowDiskNanos;
    private final Driving driving;
    private final MemoryDisk memory = new MemoryDisk();
    private @Nullable Member member;

    /**
     * Creates a slot without a running member.
     *
     * @param id the id of the member
     * @param directory where the ensemble keeps its data, or {@code null} for in memory
     * @param slowDiskNanos how long making records durable may take before it is told of; a leader leaves its seat at three
     *     times as much
     * @param driving what a storage's thread helps once it has told what is durable
     */
    public MemberSlot(int id, @Nullable EnsembleDirectory directory, long slowDiskNanos, Driving driving) {
        this.id = id;
        this.directory = directory;
        this.slowDiskNanos = slowDiskNanos;
        this.driving = driving;
    }

    /** Returns the id of the member. */
    public int id() {
        return id;
    }

    /** Returns the member of the current life. */
    public Optional<Member> member() {
        return Optional.ofNullable(member);
    }

    /**
     * Begins a new life of the member.
     *
     * @param network what connects it to the others
     * @param storage what stands between the member and its storage
     * @throws IllegalStateException if the member has not ended its life, or its storage is not released yet
     */
    public void start(MemberSettings settings, Network network, UnaryOperator<MemberStore> storage, Runnable wakeUp) {
        Member present = member;
        if (present != null && !present.isReleased()) {
            throw new IllegalStateException("member " + id + " runs already");
        }
        EnsembleDirectory at = directory;
        MemberStore store = at == null ? memory.mount() : durable(at, settings);
        Member started = new Member(settings, network.endpoint(id), storage.apply(store), wakeUp);
        member = started;
        started.start();
    }

    private DurableStore durable(EnsembleDirectory at, MemberSettings settings) {
        return new DurableStore(
                new DurableRecovery(at, id, settings.monotonicNanos(), () -> newDisk(settings)),
                new DiskWatch(id, slowDiskNanos, settings.monotonicNanos()),
                new StorageThreads(id, driving));
    }

    /**
     * A number for a disk that begins. It must differ from that of any other disk of the member, also if two machines were given the
     * same time: so the life of the member, which is drawn at random where members have processes of their own, is a part of it.
     */
    private static long newDisk(MemberSettings settings) {
        long life = settings.zab().incarnation() & ((1L << LIFE_BITS) - 1);
        return (settings.wallMillis().getAsLong() << LIFE_BITS) | life;
    }

    /** Forgets a member that has stopped. */
    public void clear() {
        member = null;
    }

    /**
     * Begins a new life of a member that keeps its data in memory, over a transport of the caller's.
     *
     * @throws IllegalStateException if the member has not ended its life
     */
    public Member startInMemory(MemberSettings settings, Transport transport, Runnable wakeUp) {
        Member present = member;
        if (present != null && !present.isReleased()) {
            throw new IllegalStateException("member " + id + " runs already");
        }
        Member started = new Member(settings, transport, memory.mount(), wakeUp);
        member = started;
        started.start();
        return started;
    }
}

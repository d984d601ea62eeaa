package io.quorate.embedded.testing;

import io.quorate.backend.Ticker;
import io.quorate.embedded.member.MemberStore;
import io.quorate.embedded.session.EnsembleControls;
import io.quorate.embedded.session.Environment;
import io.quorate.embedded.session.EventLane;
import io.quorate.embedded.transport.Network;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** The surroundings of an ensemble in which things go wrong on command. */
final class FaultEnvironment implements Environment {

    private final Environment plain;
    private final EnsembleControls controls;
    private final UnreliableNetwork network;
    private final Clocks clientClocks = new Clocks();
    private final Map<Integer, Clocks> memberClocks = new ConcurrentHashMap<>();
    private final Map<Integer, DiskFaults> disks = new ConcurrentHashMap<>();

    FaultEnvironment(Environment plain, EnsembleControls controls) {
        this.plain = plain;
        this.controls = controls;
        this.network = new UnreliableNetwork(controls::after);
    }

    EnsembleControls controls() {
        return controls;
    }

    UnreliableNetwork unreliableNetwork() {
        return network;
    }

    Clocks clientClocks() {
        return clientClocks;
    }

    Clocks clocks(int member) {
        return memberClocks.computeIfAbsent(member, id -> new Clocks());
    }

    DiskFaults disk(int member) {
        return disks.computeIfAbsent(member, id -> new DiskFaults());
    }

    /** Returns the time that no fault disturbs. */
    Ticker rightTime() {
        return plain.ticker();
    }

    @Override
    public Network network() {
        return network;
    }

    @Override
    public LongSupplier monotonicNanos(int member) {
        return clocks(member).monotonicNanos(plain.monotonicNanos(member));
    }

    @Override
    public LongSupplier wallMillis(int member) {
        return clocks(member).wallMillis(plain.wallMillis(member));
    }

    @Override
    public MemberStore storage(int member, MemberStore store) {
        return new FaultyStore(store, disk(member));
    }

    @Override
    public Ticker ticker() {
        return clientClocks.ticker(plain.ticker());
    }

    @Override
    public EventLane.Factory lanes(EventLane.Factory lanes) {
        return name -> new PausableLane(lanes.open(name));
    }
}

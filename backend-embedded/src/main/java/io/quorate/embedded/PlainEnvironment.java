package io.quorate.embedded;

import io.quorate.backend.Ticker;
import io.quorate.embedded.member.MemberStore;
import io.quorate.embedded.session.Environment;
import io.quorate.embedded.session.EventLane;
import io.quorate.embedded.transport.InMemoryNetwork;
import io.quorate.embedded.transport.Network;
import java.util.function.LongSupplier;

/** The clocks of this machine, connections and storage without faults. */
final class PlainEnvironment implements Environment {
    @Override
    public Network network() {
        return new InMemoryNetwork();
    }

    @Override
    public LongSupplier monotonicNanos(int member) {
        return System::nanoTime;
    }

    @Override
    public LongSupplier wallMillis(int member) {
        return System::currentTimeMillis;
    }

    @Override
    public MemberStore storage(int member, MemberStore store) {
        return store;
    }

    @Override
    public Ticker ticker() {
        return Ticker.system();
    }

    @Override
    public EventLane.Factory lanes(EventLane.Factory lanes) {
        return lanes;
    }
}

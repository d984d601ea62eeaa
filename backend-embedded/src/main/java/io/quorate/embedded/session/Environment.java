package io.quorate.embedded.session;

import io.quorate.backend.Ticker;
import io.quorate.embedded.member.MemberStore;
import io.quorate.embedded.transport.Network;
import java.util.function.LongSupplier;

/**
 * What an ensemble takes from outside: its clocks, the connections between its members, what stands before their storage, and
 * the event lanes of its sessions. An ensemble asks for each of them when it needs it and keeps what it got, so that the plain
 * environment costs nothing. Another one is put {@linkplain Factory around} it to let things go wrong on command.
 */
public interface Environment {

    /** Puts an environment around the plain one. */
    @FunctionalInterface
    interface Factory {

        /**
         * Returns the environment of one ensemble.
         *
         * @param plain what the ensemble would take otherwise
         * @param controls the ensemble, which must not be used before it was created
         */
        Environment around(Environment plain, EnsembleControls controls);
    }

    /** Returns what connects the members; asked once. */
    Network network();

    /** Returns the clock by which a member measures silence; asked for each life of the member. */
    LongSupplier monotonicNanos(int member);

    /** Returns the clock by which a member dates what is created; asked for each life of the member. */
    LongSupplier wallMillis(int member);

    /** Returns what a member uses as its storage; asked for each life of the member. */
    MemberStore storage(int member, MemberStore store);

    /** Returns the clock of the sessions; asked once. */
    Ticker ticker();

    /** Returns what makes the lanes of the sessions; asked once. */
    EventLane.Factory lanes(EventLane.Factory lanes);
}

package io.quorate.embedded.session;

import io.quorate.embedded.member.Member;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** What tests do to an ensemble and users may not. Safe for use by many threads, unless it says otherwise. */
public interface EnsembleControls {

    /** Runs something as the members do, one at a time, and returns its result. */
    <T> T onLoop(Supplier<T> task);

    /** Runs something on the loop once a delay has passed. Called on the loop. */
    void after(Duration delay, Runnable task);

    /** Returns the members that run. */
    List<Member> members();

    /** Lets a member stand still until {@link #resume}, as if its process got no time; sessions find others meanwhile. */
    void pause(int member);

    /** Lets a member that stands still go on. */
    void resume(int member);

    /** Returns a new client. */
    EmbeddedBackend newClient();

    /** Returns the open sessions of all clients. Called on the loop. */
    List<ClientSession> sessions();
}

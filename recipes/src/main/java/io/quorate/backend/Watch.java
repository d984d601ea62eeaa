package io.quorate.backend;

/** A watch that is being served. */
public interface Watch extends Subscription {

    /** Returns the key that was given. */
    Key key();

    /** Returns the scope that was given. */
    Scope scope();
}

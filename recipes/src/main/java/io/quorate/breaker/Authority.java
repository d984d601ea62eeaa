package io.quorate.breaker;

/** Who has decided the state in which a circuit breaker stands. */
public enum Authority {
    /** All instances: the state is the one in the backend, the same for everybody. */
    CLUSTER,
    /** This instance alone, whose own calls fail while those of most others do not. The shared state is closed. */
    INSTANCE,
    /** This instance alone, because it cannot see the shared state: the backend is away. */
    DETACHED
}

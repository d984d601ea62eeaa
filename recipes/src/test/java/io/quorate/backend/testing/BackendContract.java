package io.quorate.backend.testing;

/** The contract of {@link io.quorate.backend.Backend} as a suite of tests. */
public abstract class BackendContract {

    /** Makes the fixture of one test. */
    protected abstract BackendFixture newFixture() throws Exception;
}

package io.quorate.embedded.sim;

import java.io.IOException;

/** The part of the engine that a scenario script plays on. */
public interface Stage {

    /** Executes one command; what it prints goes where the stage was told to print. */
    void execute(String[] words) throws IOException;
}

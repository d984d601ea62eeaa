package io.quorate.embedded.testing;

import java.util.List;

/** A test has left something behind. The message names each thing and whose it is. */
final class LeakError extends AssertionError {

    private static final long serialVersionUID = 1L;

    LeakError(List<String> leaks) {
        super("the test has left behind:\n  " + String.join("\n  ", leaks));
    }
}

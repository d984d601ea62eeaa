package io.quorate.config;

import io.quorate.backend.QuorateException;
import java.util.List;

/** A configuration does not decode. The message and the problems name paths, never secrets. */
public final class InvalidConfigException extends QuorateException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** Creates it from everything that is wrong; at least one. */
    public InvalidConfigException(List<String> problems) {
        super(Outcome.DID_NOT_HAPPEN, "invalid configuration: " + String.join("; ", problems), null);
        this.problems = List.copyOf(problems);
    }

    /** Returns everything that is wrong, one problem each. */
    public List<String> problems() {
        return problems;
    }
}

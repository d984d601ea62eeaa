package io.quorate.backend;

/** A configuration would expose the service without protection. Nothing was started; the message says what to set. */
public final class InsecureConfigurationException extends QuorateException {

    private static final long serialVersionUID = 1L;

    /** Creates it. */
    public InsecureConfigurationException(String message) {
        super(Outcome.DID_NOT_HAPPEN, message, null);
    }
}

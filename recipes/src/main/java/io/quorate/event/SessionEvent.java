package io.quorate.event;

import io.quorate.backend.SessionId;
import io.quorate.backend.SessionState;

/**
 * The state of a session has changed. The first event of each session is {@link SessionState#CONNECTED}, when it was
 * opened.
 *
 * @param session which session
 * @param state its state from now on
 */
public record SessionEvent(SessionId session, SessionState state) {}

/**
 * The session front end: the backend interface, served by members of this process.
 *
 * <p>Everything that a session knows of its operations and watches is confined to the thread that drives the members, the loop
 * ({@link io.quorate.embedded.session.FrontEnd}). A call hands a command over to the loop; what comes of it is handed over to
 * the session's lane. A synchronous caller thus pays three hand-overs: to the loop, to the lane, and back.
 */
@NullMarked
package io.quorate.embedded.session;

import org.jspecify.annotations.NullMarked;

package io.quorate.embedded.tree;

import java.util.List;

/**
 * What applying one transaction did.
 *
 * @param index the index of the transaction: the revision of everything it changed
 * @param session the session it came from, the one it opened, or the one it closed; 0 if none
 * @param operation the number of the operation of the session; 0 if it was none
 * @param result what the client is told
 * @param changes the changes, in order; the position of each is its ordinal
 */
public record Applied(long index, long session, long operation, Result result, List<NodeChange> changes) {}

package io.quorate.embedded.tree;

/**
 * A change that a watch is to learn of.
 *
 * @param ordinal its position among all changes of its transaction
 * @param change the change
 */
public record WatchedChange(int ordinal, NodeChange change) {}

package io.quorate.embedded.tree;

import java.util.List;

/**
 * Decisions of this package that a test may take wrongly, to see that the mistake is found.
 *
 * <p>Production has {@link #SOUND} and nothing else. Each method is one decision; what it returns here is right.
 */
class Rules {

    /** The rules as they are. */
    static final Rules SOUND = new Rules();

    /** Which changes of a transaction are applied: all. */
    List<NodeChange> applied(List<NodeChange> changes) {
        return changes;
    }

    /** Which changes a commit leaves behind that fails after making them: none. */
    List<NodeChange> keptByFailure(List<NodeChange> changes) {
        return List.of();
    }

    /** How many of a session's nodes its end deletes: all. */
    int nodesReleased(int nodes) {
        return nodes;
    }

    /** Whether an operation that was carried out before is answered from memory. */
    boolean answersRetries() {
        return true;
    }

    /** Whether the digest covers the index of the last change of a node's children. */
    boolean digestsPzxid() {
        return true;
    }

    /** Whether a change is looked up above its own path, for watches of subtrees. */
    boolean watchesSubtrees() {
        return true;
    }

    /** Whether a request is judged on the state after all proposals before it. */
    boolean judgesPending() {
        return true;
    }

    /** Whether the effects of the first operations of a commit are forgotten when a later one fails. */
    boolean forgetsFailedCommit() {
        return true;
    }

    /** Whether a node is saved for the snapshot under way before it changes. */
    boolean savesBeforeChange() {
        return true;
    }

    /** Whether a deletion is a change of the parent's children. */
    boolean deletionMovesPzxid() {
        return true;
    }

    /** Whether a number that the sequence counter gave is used up. */
    boolean advancesSequence() {
        return true;
    }

    /** Whether the position within a commit counts when missed changes are replayed. */
    boolean resumesWithinCommit() {
        return true;
    }

    /** Whether the paths of a session's nodes are bounded, so that its end fits a transaction. */
    boolean boundsEphemeralPaths() {
        return true;
    }

    /** Whether a failure is recorded like a success. */
    boolean recordsFailures() {
        return true;
    }

    /** Whether a container is spared when a proposal puts a child into it. */
    boolean sparesRefilledContainers() {
        return true;
    }
}

package io.quorate.embedded.tree;

import java.util.List;

/** States that are replicated with a mistake. */
public enum PlantedMachine {
    /** No mistake. */
    SOUND(new Rules()),
    /** A snapshot shows changes that happened while it was written. */
    FUZZY_SNAPSHOT(new Rules() {
        @Override
        boolean savesBeforeChange() {
            return false;
        }
    }),
    /** The end of a session leaves one of its nodes. */
    CLOSE_LEAVES_A_NODE(new Rules() {
        @Override
        int nodesReleased(int nodes) {
            return Math.max(0, nodes - 1);
        }
    }),
    /** A session may own so much that its end fits no transaction. */
    PATHS_UNBOUNDED(new Rules() {
        @Override
        boolean boundsEphemeralPaths() {
            return false;
        }
    }),
    /** A retry is carried out again. */
    RETRY_REPEATED(new Rules() {
        @Override
        boolean answersRetries() {
            return false;
        }
    }),
    /** Half of a commit is applied. */
    HALF_A_COMMIT(new Rules() {
        @Override
        List<NodeChange> applied(List<NodeChange> changes) {
            return changes.size() > 1 ? changes.subList(0, changes.size() - 1) : changes;
        }
    });

    @SuppressWarnings("ImmutableEnumChecker") // The functions have no state.
    private final Rules rules;

    PlantedMachine(Rules rules) {
        this.rules = rules;
    }

    /** Returns the state at index 0. */
    public StateMachine blank() {
        return new StateMachine(rules);
    }
}

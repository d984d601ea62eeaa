package io.quorate.internal.breaker;

import io.quorate.backend.Op;
import java.time.Duration;

/** Mistakes in the recipe, each of which a scenario must notice. */
@SuppressWarnings("ImmutableEnumChecker") // Rules have no state.
enum Mistake {
    STATE_IS_CHANGED_WITHOUT_A_GUARD(new Rules() {
        @Override
        long expectedRevision(long judged) {
            return Op.ANY_REVISION;
        }
    }),
    PERMITS_ARE_NOT_LIMITED(new Rules() {
        @Override
        boolean looksForAFreeSlot() {
            return false;
        }
    }),
    PERMITS_ARE_GIVEN_UNDER_AN_OLD_STATE(new Rules() {
        @Override
        boolean guardsPermits() {
            return false;
        }
    }),
    PERMIT_OUTLIVES_ITS_OWNER(new Rules() {
        @Override
        Op.Lifetime permitLifetime() {
            return Op.Lifetime.PERSISTENT;
        }
    }),
    UNUSED_PERMIT_IS_KEPT(new Rules() {
        @Override
        boolean returnsUnusedPermits() {
            return false;
        }
    }),
    FORGOTTEN_PERMIT_KEEPS_THE_BREAKER_HALF_OPEN(new Rules() {
        @Override
        boolean reapsPermits() {
            return false;
        }
    }),
    ONE_BAD_INSTANCE_OPENS_FOR_ALL(new Rules() {
        @Override
        int votesNeeded(int configured) {
            return 1;
        }
    }),
    BAD_INSTANCE_GOES_ON(new Rules() {
        @Override
        boolean opensAlone() {
            return false;
        }
    }),
    WINDOW_IS_PUBLISHED_ALL_THE_TIME(new Rules() {
        @Override
        Duration interval(Duration intended) {
            return intended.dividedBy(100);
        }
    }),
    UNCHANGED_WINDOW_IS_PUBLISHED(new Rules() {
        @Override
        boolean publishesChangesOnly() {
            return false;
        }
    }),
    OVERRIDE_IS_IGNORED(new Rules() {
        @Override
        boolean obeysOverrides() {
            return false;
        }
    }),
    OVERRIDE_NEVER_ENDS(new Rules() {
        @Override
        boolean endsOverrides() {
            return false;
        }
    }),
    DECISION_MADE_ALONE_LASTS(new Rules() {
        @Override
        boolean rejoins() {
            return false;
        }
    }),
    CUT_OFF_INSTANCE_IS_DEFENCELESS(new Rules() {
        @Override
        boolean decidesAlone() {
            return false;
        }
    }),
    WINDOWS_OF_ANOTHER_EPOCH_COUNT(new Rules() {
        @Override
        boolean comparesEpochs() {
            return false;
        }
    }),
    NEW_INSTANCE_WRITES(new Rules() {
        @Override
        boolean writesOnStart() {
            return true;
        }
    });

    final Rules rules;

    Mistake(Rules rules) {
        this.rules = rules;
    }
}

package io.quorate.embedded.sim.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A check that cannot fail proves nothing: the schedules must notice the classical mistakes of recipes. {@code .ci/planted} plants all. */
class PlantedRecipeBugsTest {

    private static final List<RecipeBug> CLASSICAL = List.of(
            RecipeBug.TICKET_OF_THE_FORMER_SESSION_IS_ADOPTED,
            RecipeBug.OWNER_IS_NOT_CHECKED_AFTER_THE_WAIT,
            RecipeBug.RELEASE_DELETES_A_SUCCESSOR,
            RecipeBug.CHILDREN_ARE_STALE,
            RecipeBug.WAKE_UP_IS_LOST,
            RecipeBug.PERMIT_LEAKS,
            RecipeBug.EPOCH_IS_NOT_GUARDED,
            RecipeBug.TWO_REVISIONS_ARE_MIXED,
            RecipeBug.DEADLINE_FROM_RECEIVE_TIME);

    @ParameterizedTest
    @EnumSource
    void mistakeCanBePlantedInTheSourcesAsTheyAre(RecipeBug bug) {
        assertThat(bug.mutation().source()).isNotEmpty();
    }

    @Test
    void simulationCatchesTheClassicalMistakes() throws Exception {
        assertThat(new PlantedRecipeBugs(5_000).run(CLASSICAL)).isEmpty();
    }
}

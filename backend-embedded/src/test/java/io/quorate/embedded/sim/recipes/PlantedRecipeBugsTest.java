package io.quorate.embedded.sim.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A check that cannot fail proves nothing: the schedules must notice every mistake that is planted into a recipe. */
class PlantedRecipeBugsTest {

    @Test
    void simulationCatchesEveryPlantedBug() throws Exception {
        assertThat(new PlantedRecipeBugs(20_000).run(List.of(RecipeBug.values())))
                .isEmpty();
    }
}

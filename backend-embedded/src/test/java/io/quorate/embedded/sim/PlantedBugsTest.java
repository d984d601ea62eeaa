package io.quorate.embedded.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlantedBugsTest {

    @Test
    void simulationCatchesEveryPlantedBug() {
        assertThat(new PlantedBugs(20_000, null).run()).isEmpty();
    }
}

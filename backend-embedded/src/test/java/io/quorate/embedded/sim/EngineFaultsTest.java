package io.quorate.embedded.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.embedded.member.RuntimeFlaw;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a check of progress takes for granted of the faults: a member that was healed does not stay down. */
class EngineFaultsTest {

    private static final long LONGEST_DOWN = 400_000;

    private final Swarm swarm = new Swarm(1);
    private final EngineWorld world =
            new EngineWorld(1, swarm.times, 100_000, swarm, swarm.random, 0, RuntimeFlaw.NONE);
    private final EngineNode node = world.nodes()[0];
    private final EngineFaults faults = new EngineFaults(world, swarm, new EngineFaults.Odds(0, 0, 0, 0, 0, 0, false));

    @BeforeEach
    void startMemberWhoseDiskFails() {
        world.letStorageFail();
        node.start();
        node.failNextForce();
    }

    /** Nobody could plan its start: its disk failed before the faults ended, and it was up when they did. */
    @Test
    void memberThatFindsOutAfterItsPauseThatItsDiskFailedIsStartedAgain() {
        world.timeline().runFor(1);
        node.pause();
        world.timeline().runFor(LONGEST_DOWN);
        faults.endEverywhere();
        assertThat(node.isUp()).as("not yet halted").isTrue();

        world.timeline().runFor(1_000);
        assertThat(node.isUp()).as("halted").isFalse();

        world.timeline().runFor(LONGEST_DOWN);
        assertThat(node.isUp()).isTrue();
        assertThat(world.sometimes().of(Sometimes.PROCESS_DEATH)).isEqualTo(1);
    }

    @Test
    void healedMemberThatIsStartedMayNotHalt() {
        faults.endEverywhere();
        node.die(false, false);
        node.start();
        node.failNextForce();

        assertThatThrownBy(() -> world.timeline().runFor(LONGEST_DOWN))
                .isInstanceOf(PropertyViolated.class)
                .hasMessageStartingWith("NobodyHalts:");
    }

    /** The strike says how many effects are left, not when. */
    @Test
    void memberThatDiesAtALateEffectIsStartedAgain() {
        node.releaseDisk();
        node.dieAfterEffects(0);
        world.timeline().runFor(LONGEST_DOWN);
        world.timeline().runFor(LONGEST_DOWN);

        assertThat(node.isUp()).isTrue();
        assertThat(world.sometimes().of(Sometimes.POWER_CUT_BETWEEN_EFFECTS)).isEqualTo(1);
    }
}

package io.quorate.embedded.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.PlantedBug;
import io.quorate.embedded.zab.PlantedPeers;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One member dies at each of its effects in turn, in stories that use every kind of effect. */
class CrashSweepTest {

    /** What happens in a run, besides the crash. */
    enum Story {
        /** Clients write, nothing else happens. */
        WRITES(world -> write(world, 6)),
        /** The leader is cut off with records nobody else has, and comes back. */
        TRUNCATION(world -> {
            write(world, 2);
            isolate(world, 2, true);
            write(world, 3);
            world.timeline().runFor(200_000);
            write(world, 2);
            isolate(world, 2, false);
        }),
        /** A member falls behind the leader's log. */
        SNAPSHOT(world -> {
            isolate(world, 0, true);
            write(world, 4);
            for (SimNode node : world.nodes()) {
                if (node.isUp()) {
                    node.takeSnapshot(node.applied());
                }
            }
            isolate(world, 0, false);
        }),
        /** The leader hands over in the middle of the load. */
        HAND_OVER(world -> {
            write(world, 3);
            for (SimNode node : world.nodes()) {
                node.deliver(new Event.HandOver());
            }
            write(world, 3);
        });

        @SuppressWarnings("ImmutableEnumChecker") // The functions have no state.
        private final Consumer<SimulatedEnsemble> story;

        Story(Consumer<SimulatedEnsemble> story) {
            this.story = story;
        }
    }

    @ParameterizedTest
    @EnumSource(Story.class)
    void ensembleSurvivesACrashAtEachEffect(Story story) {
        for (int member = 0; member < 3; member++) {
            int effects = 0;
            while (crashes(story, member, effects)) {
                effects++;
            }
            assertThat(effects).as("effects of member " + (member + 1)).isGreaterThan(20);
        }
    }

    /** Tells a story in which a member dies after so many effects; returns whether it lived to do as many. */
    private static boolean crashes(Story story, int member, int effects) {
        SimulatedEnsemble world = new SimulatedEnsemble(
                3,
                SimulatedEnsemble.Times.USUAL,
                Pace.STEADY,
                DiskFlaw.NONE,
                (config, applied) -> PlantedPeers.create(config, applied, PlantedBug.NONE, elected -> elected));
        SimNode victim = world.nodes()[member];
        victim.crashAfterEffects(effects);
        world.start(() -> SimulatedEnsemble.TICK);
        world.timeline().runFor(100_000);
        story.story.accept(world);
        world.timeline().runFor(100_000);
        boolean crashed = world.rare().of(Rare.CRASH_BETWEEN_EFFECTS) > 0;
        if (!victim.isUp()) {
            victim.start();
        }
        victim.crashAfterEffects(-1);
        world.timeline().runFor(500_000);
        write(world, 1);
        world.clients().checkAll();
        for (SimNode node : world.nodes()) {
            assertThat(node.applied())
                    .as("member %d after a crash of member %d at effect %d", node.id(), member + 1, effects)
                    .isEqualTo(world.committed().lastIndex());
        }
        assertThat(world.leader()).isNotNull();
        return crashed;
    }

    private static void write(SimulatedEnsemble world, int times) {
        for (int i = 0; i < times; i++) {
            for (SimNode node : world.nodes()) {
                if (node.isUp()) {
                    world.clients().propose(node, 2);
                }
            }
            world.timeline().runFor(15_000);
        }
    }

    private static void isolate(SimulatedEnsemble world, int member, boolean block) {
        for (int other = 0; other < world.nodes().length; other++) {
            if (other != member && block) {
                world.network().block(member, other);
                world.network().block(other, member);
            } else if (other != member) {
                world.network().unblock(member, other);
                world.network().unblock(other, member);
            }
        }
    }
}

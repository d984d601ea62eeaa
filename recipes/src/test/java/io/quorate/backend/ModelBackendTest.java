package io.quorate.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.testing.BackendContract;
import io.quorate.backend.testing.Guarantee;
import io.quorate.backend.testing.ModelFixture;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the model promises beyond the contract: a seed replays it, and what goes wrong in it can be read. */
class ModelBackendTest {

    private static final Key KEY = Key.of("/a");
    private static final Key QUEUE = Key.of("/queue");

    @Test
    void sameSeedGivesTheSameTraceLineByLine() {
        for (long seed = 1; seed <= 10; seed++) {
            List<String> trace = eventfulRun(seed);
            assertThat(trace).hasSizeGreaterThan(100).isEqualTo(eventfulRun(seed));
        }
    }

    @Test
    void differentSeedsGiveDifferentTraces() {
        assertThat(IntStream.rangeClosed(1, 10)
                        .mapToObj(ModelBackendTest::eventfulRun)
                        .distinct())
                .hasSize(10);
    }

    /** Two sessions that write and queue up while their connections are lost in every way. */
    private static List<String> eventfulRun(long seed) {
        ModelFixture fixture = new ModelFixture(seed, Duration.ofMillis(20));
        Session one = fixture.await(fixture.backend().open(fixture.options("one")));
        Session two = fixture.await(fixture.newBackend().open(fixture.options("two")));
        one.watch(Key.ROOT, Scope.SUBTREE, batch -> {});
        two.watch(QUEUE, Scope.QUEUE, batch -> {});
        for (int i = 0; i < 12; i++) {
            Session session = i % 2 == 0 ? one : two;
            fault(fixture, i, session);
            CompletableFuture<?> unused = session.commit(
                    Commit.builder().create(KEY.child("c" + i), null).build());
            CompletableFuture<Ticket> enqueue = session.enqueue(QUEUE, "w", null);
            fixture.time().advance(Duration.ofMillis(300));
            fixture.restore(session);
            if (i % 3 == 0) {
                enqueue.cancel(false);
            }
        }
        fixture.expire(two);
        fixture.close();
        return fixture.time().trace();
    }

    private static void fault(ModelFixture fixture, int round, Session session) {
        switch (round % 6) {
            case 0 -> fixture.cut(session);
            case 1 -> fixture.hang(session);
            case 2 -> fixture.loseNextReply(session);
            case 3 -> fixture.loseNextRequest(session);
            case 4 -> fixture.killLeader();
            default -> fixture.pause(session, Duration.ofMillis(100));
        }
    }

    @Test
    void contractHasATestForEachGuarantee() {
        assertThat(Arrays.stream(BackendContract.class.getMethods())
                        .map(method -> method.getAnnotation(Guarantee.class))
                        .filter(guarantee -> guarantee != null)
                        .flatMapToInt(guarantee -> Arrays.stream(guarantee.value()))
                        .boxed()
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 13).boxed().toList());
        assertThat(Arrays.stream(BackendContract.class.getMethods())
                        .filter(method -> method.isAnnotationPresent(Guarantee.class))
                        .filter(method -> !method.isAnnotationPresent(Test.class))
                        .map(Method::getName))
                .isEmpty();
    }
}

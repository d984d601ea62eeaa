package io.quorate.samples;

import io.quorate.samples.MemberProcess.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Three processes with one member each are a quorum of their own, without any server, and count to thirty under one lock. In the
 * middle the process whose member leads is killed with SIGKILL while it holds the lock; the other two go on.
 */
public final class ThreeProcesses {

    private static final int MEMBERS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Timeline timeline = new Timeline();
    private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
    private final List<Integer> counted = new ArrayList<>();
    private final Set<MemberProcess> finished = new HashSet<>();
    private final Set<MemberProcess> ended = new HashSet<>();
    private @Nullable MemberProcess killed;

    private ThreeProcesses() {}

    /**
     * Runs the story, or one of its processes.
     *
     * @param args nothing for the story; the properties of a member to be that member, until the input ends
     */
    public static void main(String[] args) throws Exception {
        if (args.length > 1) {
            throw new IllegalArgumentException("this sample takes the file with the properties of one member, not "
                    + args.length + " arguments; without any it starts three processes by itself");
        }
        if (args.length == 1) {
            CountingMember.run(Path.of(args[0]));
        } else {
            new ThreeProcesses().run();
        }
    }

    private void run() throws Exception {
        try (MemberFiles files = MemberFiles.write(MEMBERS);
                MemberProcess one = start(1, files);
                MemberProcess two = start(2, files);
                MemberProcess three = start(3, files)) {
            while (finished.size() < MEMBERS - 1) {
                hear(next());
            }
            // All at once, so that none waits for a quorum to say good-bye to.
            for (MemberProcess member : List.of(one, two, three)) {
                member.endInput();
            }
            while (ended.size() < MEMBERS) {
                hear(next());
            }
        }
        check();
    }

    private MemberProcess start(int id, MemberFiles files) throws IOException {
        return MemberProcess.start(id, files.properties(id), lines);
    }

    private Line next() throws InterruptedException {
        Line line = lines.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (line == null) {
            throw new IllegalStateException("none of the processes has said anything for " + LIMIT);
        }
        return line;
    }

    private void hear(Line line) {
        MemberProcess member = line.from();
        timeline.tell(member.name(), line.text());
        if (line.isLast()) {
            ended.add(member);
            if (!member.equals(killed)
                    && !(finished.contains(member) && line.text().equals(MemberProcess.ENDED_WELL))) {
                throw new IllegalStateException(member.name() + " " + line.text() + ", and nobody has killed it");
            }
        } else if (line.text().startsWith(CountingMember.HOLDS)) {
            killed = member;
            member.kill();
            timeline.tell("story", "kills %s with SIGKILL", member.name());
        } else if (line.text().startsWith(CountingMember.COUNTS)) {
            counted.add(Integer.valueOf(line.text().split(" ", -1)[1]));
        } else if (line.text().equals(CountingMember.FINDS + CountingMember.GOAL)) {
            finished.add(member);
        }
    }

    private void check() {
        List<Integer> expected =
                IntStream.rangeClosed(1, CountingMember.GOAL).boxed().toList();
        if (killed == null || !counted.stream().sorted().toList().equals(expected)) {
            throw new IllegalStateException("one process should have been killed, and each number up to "
                    + CountingMember.GOAL + " counted once, but these were: " + counted);
        }
        timeline.tell("count", "is %d: nothing was lost, nothing happened twice", CountingMember.GOAL);
    }
}

package io.quorate.samples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process with one member, whose lines arrive in a queue in which they meet those of the others. */
final class MemberProcess implements AutoCloseable {

    /** What a process printed, or that it has ended. */
    record Line(MemberProcess from, String text, boolean isLast) {}

    /** The last line of a process that has ended in good order. */
    static final String ENDED_WELL = "has ended with exit status 0";

    private static final long END_LIMIT_SECONDS = 60;

    private final int id;
    private final Process process;

    private MemberProcess(int id, Process process) {
        this.id = id;
        this.process = process;
    }

    static MemberProcess start(int id, Path properties, BlockingQueue<Line> lines) throws IOException {
        Process process = JavaProcess.builder(List.of(
                        // The log lines that tell who leads the ensemble.
                        "-Dorg.slf4j.simpleLogger.log.io.quorate.embedded.member.Outlet=info",
                        ThreeProcesses.class.getName(),
                        properties.toString()))
                .redirectErrorStream(true)
                .start();
        MemberProcess member = new MemberProcess(id, process);
        Thread reader = new Thread(() -> member.readInto(lines), member.name());
        reader.setDaemon(true);
        reader.start();
        return member;
    }

    String name() {
        return "member " + id;
    }

    /** Kills it as {@code kill -9} does: nothing in it has the time to say good-bye. */
    void kill() {
        process.destroyForcibly();
    }

    /** Ends its input, with which it ends by itself. */
    void endInput() throws IOException {
        process.getOutputStream().close();
    }

    /** Waits until it has ended, and kills it if it does not. */
    @Override
    public void close() throws IOException {
        try {
            endInput();
            if (!process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(name() + " did not end with its input, and was killed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }

    private void readInto(BlockingQueue<Line> lines) {
        String last = "has ended";
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (@Nullable String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(new Line(this, line, false));
            }
            last = "has ended with exit status " + process.waitFor();
        } catch (IOException e) {
            last = "cannot be heard any more: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lines.add(new Line(this, last, true));
    }
}

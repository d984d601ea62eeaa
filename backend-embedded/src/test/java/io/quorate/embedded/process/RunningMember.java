package io.quorate.embedded.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link MemberProcess} that was started, as its harness sees it: one life of a member. Safe for use by many threads.
 */
final class RunningMember {

    /** What is answered for a process that has died before it could. */
    static final String DIED = "unknown 0 the process has died";

    private final int id;
    private final String name;
    private final Process process;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Writer input;
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicLong lastNumber = new AtomicLong();
    private final Map<Long, CompletableFuture<String>> pending = new ConcurrentHashMap<>();
    private final CompletableFuture<String> started = new CompletableFuture<>();
    private final Thread reader;
    private volatile boolean over;

    private RunningMember(int id, String name, Process process) {
        this.id = id;
        this.name = name;
        this.process = process;
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.pending.put(0L, started);
        this.reader = new Thread(this::readAll, "answers of member " + id);
        reader.setDaemon(true);
    }

    static RunningMember start(int id, String name, Path config, Path log) throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        Process process = new ProcessBuilder(List.of(
                        java,
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
                        "-Dorg.slf4j.simpleLogger.showDateTime=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemberProcess.class.getName(),
                        config.toString(),
                        name))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        RunningMember member = new RunningMember(id, name, process);
        member.reader.start();
        return member;
    }

    int id() {
        return id;
    }

    /** Returns what its sessions begin their names with. */
    String name() {
        return name;
    }

    /** Returns all it has said so far, in its order. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    /** Completes when the member takes part, or has died. */
    CompletableFuture<String> started() {
        return started;
    }

    /** Sends an operation; completes with its answer, on the thread that reads the answers. */
    CompletableFuture<String> ask(String operation) {
        long number = lastNumber.incrementAndGet();
        CompletableFuture<String> answer = new CompletableFuture<>();
        pending.put(number, answer);
        writing.lock();
        try {
            input.write(number + " " + operation + "\n");
            input.flush();
        } catch (IOException e) {
            answer.complete(DIED);
        } finally {
            writing.unlock();
        }
        if (over) {
            answer.complete(DIED);
        }
        return answer;
    }

    private void readAll() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                hear(line);
            }
        } catch (IOException e) {
            // The process was killed in the middle of a line.
        } finally {
            over = true;
            pending.values().forEach(answer -> answer.complete(DIED));
        }
    }

    private void hear(String line) {
        int space = line.indexOf(' ');
        if (space < 0 || !line.endsWith(MemberProcess.END)) {
            // The process was killed in the middle of it: nothing can be known of it.
            return;
        }
        String rest = line.substring(space + 1, line.length() - MemberProcess.END.length());
        if (!rest.startsWith("status ")) {
            lines.add(line.substring(0, space + 1) + rest);
        }
        if (line.charAt(0) != '!') {
            CompletableFuture<String> answer = pending.remove(Long.valueOf(line.substring(0, space)));
            if (answer != null) {
                answer.complete(rest);
            }
        }
    }

    /** Ends it as a power cut of its machine would: SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
        reader.join(TimeUnit.SECONDS.toMillis(30));
    }

    /** Kills it and does not wait. */
    void abandon() {
        Process unused = process.destroyForcibly();
    }

    /** Lets it stand still: SIGSTOP. */
    void pause() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** Lets it go on: SIGCONT. */
    void resume() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("kill " + signal + " of member " + id + " ended with " + exit);
        }
    }

    /** Ends its input, so that it stops in good order; kills it if it does not in time. Returns its exit value. */
    int stop() throws InterruptedException {
        writing.lock();
        try {
            input.close();
        } catch (IOException e) {
            // It has died already.
        } finally {
            writing.unlock();
        }
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            kill();
        }
        return process.exitValue();
    }
}

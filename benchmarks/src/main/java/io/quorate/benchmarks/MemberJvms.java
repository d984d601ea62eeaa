package io.quorate.benchmarks;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Three members, each in a {@link MemberJvm}, on loopback and with default time-outs. Used by one thread. */
final class MemberJvms implements Closeable {

    static final int SIZE = 3;

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Path directory = Directories.create();
    private final Map<Integer, Jvm> members = new TreeMap<>();

    MemberJvms() throws IOException {
        List<Integer> ports = freePorts(SIZE);
        Path key = Files.writeString(directory.resolve("cluster.key"), "5a".repeat(32));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        for (int id = 1; id <= SIZE; id++) {
            List<String> lines = new ArrayList<>(List.of(
                    "cluster=figures", "member=" + id, "directory=m" + id, "bootstrap=true", "key.file=cluster.key"));
            for (int other = 1; other <= SIZE; other++) {
                lines.add("member." + other + "=127.0.0.1:" + ports.get(other - 1));
            }
            Files.write(config(id), lines);
        }
        for (int id = 1; id <= SIZE; id++) {
            members.put(id, Jvm.start(MemberJvm.class, config(id).toString()));
        }
        for (Jvm member : members.values()) {
            member.awaitLine("started");
        }
        for (int id = 1; id <= SIZE; id++) {
            awaitServing(id);
        }
    }

    static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> reserved = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            reserved.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        List<Integer> ports = reserved.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket socket : reserved) {
            socket.close();
        }
        return ports;
    }

    private Path config(int id) {
        return directory.resolve("member-" + id + ".properties");
    }

    private void awaitServing(int id) throws IOException {
        String answer = ask(id, "serving");
        if (!answer.equals("true")) {
            throw new IOException("member " + id + " does not serve: " + answer);
        }
    }

    String ask(int id, String question) throws IOException {
        return Figures.of(members, id).ask(question);
    }

    /** Returns the ids of the members whose processes run. */
    List<Integer> running() {
        return List.copyOf(members.keySet());
    }

    /** Returns the one that leads; waits for it. */
    int leader() throws IOException {
        while (true) {
            for (int id : members.keySet()) {
                if (ask(id, "role").equals("LEADER")) {
                    return id;
                }
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** SIGKILL; waits for nothing. */
    void kill(int id) {
        Figures.of(members, id).process().destroyForcibly();
        members.remove(id);
    }

    /** Ends a process in good order, and waits for that. */
    void stop(int id) throws IOException, InterruptedException {
        Jvm member = Figures.of(members, id);
        members.remove(id);
        member.close();
    }

    /** SIGSTOP or SIGCONT. */
    void signal(int id, String signal) throws IOException, InterruptedException {
        long pid = Figures.of(members, id).process().pid();
        int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("kill -" + signal + " ended with " + exit);
        }
    }

    /** Starts a process that has ended; returns when its member serves. */
    void start(int id) throws IOException {
        Jvm member = Jvm.start(MemberJvm.class, config(id).toString());
        members.put(id, member);
        member.awaitLine("started");
        awaitServing(id);
    }

    @Override
    public void close() throws IOException {
        for (Jvm member : members.values()) {
            member.close();
        }
        Directories.delete(directory);
    }

    /** A process that answers lines. */
    record Jvm(Process process, Writer input, BufferedReader output) implements Closeable {

        static Jvm start(Class<?> main, String... arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    ProcessHandle.current().info().command().orElse("java"),
                    "-Xms256m",
                    "-Xmx512m",
                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                    "-cp",
                    System.getProperty("java.class.path"),
                    main.getName()));
            command.addAll(List.of(arguments));
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return new Jvm(
                    process,
                    process.outputWriter(StandardCharsets.UTF_8),
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
        }

        void awaitLine(String expected) throws IOException {
            String line = output.readLine();
            if (!expected.equals(line)) {
                throw new IOException("said " + line + " instead of " + expected);
            }
        }

        String ask(String question) throws IOException {
            input.write(question + "\n");
            input.flush();
            String answer = output.readLine();
            if (answer == null) {
                throw new IOException("the process has ended: asked for " + question);
            }
            return answer;
        }

        @Override
        public void close() throws IOException {
            input.close();
            try {
                if (!process.waitFor(1, TimeUnit.MINUTES)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}

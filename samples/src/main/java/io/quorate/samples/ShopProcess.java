package io.quorate.samples;

import io.quorate.breaker.BreakerState;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An instance of the shop in a JVM of its own, told what to do through its standard input. */
final class ShopProcess implements Shop {

    private static final long END_LIMIT_SECONDS = 30;

    private final String name;
    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    private ShopProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts a JVM with the class path of this one, and does not wait until it is ready. */
    static ShopProcess start(String name, String uri, URI service) throws IOException {
        Process process = JavaProcess.builder(List.of(ShopInstance.class.getName(), name, uri, service.toString()))
                .redirectError(Redirect.INHERIT)
                .start();
        return new ShopProcess(name, process);
    }

    /** Waits until it has opened its client. */
    void awaitReady() throws IOException {
        String first = answer();
        if (!first.equals(ShopInstance.READY)) {
            throw new IOException(name + " said '" + first + "' instead of '" + ShopInstance.READY + "'");
        }
    }

    @Override
    public String place() {
        return "is process " + process.pid();
    }

    @Override
    public String pay() throws IOException {
        return ask(ShopInstance.PAY);
    }

    @Override
    public BreakerState state() throws IOException {
        return BreakerState.valueOf(ask(ShopInstance.STATE));
    }

    /** Ends its input, with which it ends itself; kills it if it does not. */
    @Override
    public void close() throws IOException {
        try {
            commands.close();
            if (!process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(name + " did not end with its input, and was killed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }

    private String ask(String command) throws IOException {
        commands.write(command);
        commands.newLine();
        commands.flush();
        return answer();
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(
                    "the process of " + name + " has ended; what it printed to the error output says why");
        }
        return line;
    }
}

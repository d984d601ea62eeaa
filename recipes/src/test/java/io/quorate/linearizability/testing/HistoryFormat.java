package io.quorate.linearizability.testing;

import io.quorate.linearizability.testing.Outcome.Failed;
import io.quorate.linearizability.testing.Outcome.Returned;
import io.quorate.linearizability.testing.Outcome.Unknown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * The plain text form of a history, for keeping a counterexample in a file.
 *
 * <p>Each line is an operation as {@link Operation#toString} prints it; empty lines and lines that begin with {@code #}
 * are comments. The models of this package bring their formats. For other types, the printed form of inputs and outputs
 * has to be free of line breaks and of the words {@code ->}, {@code unknown} and {@code failed}.
 *
 * @param parseInput reads what {@code toString} of an input printed
 * @param parseOutput reads what {@code toString} of an output printed
 * @param <I> the input of an operation
 * @param <O> the output of an operation
 */
public record HistoryFormat<I, O>(Function<String, ? extends I> parseInput, Function<String, ? extends O> parseOutput) {

    private static final String RETURNED = " -> ";
    private static final String UNKNOWN = " unknown";
    private static final String FAILED = " failed";

    /** The history as text that {@link #parse} reads. */
    public String format(History<I, O> history) {
        return history + "\n";
    }

    /**
     * Reads a history.
     *
     * @throws IllegalArgumentException if a line is malformed; the message names it
     */
    public History<I, O> parse(String text) {
        List<Operation<I, O>> operations = text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(this::parseLine)
                .toList();
        return History.of(operations);
    }

    /** Writes {@code history} to {@code file}, as UTF-8, replacing what was there. */
    public void write(History<I, O> history, Path file) throws IOException {
        Files.writeString(file, format(history));
    }

    /**
     * Reads the history in {@code file}.
     *
     * @throws IllegalArgumentException if a line is malformed; the message names it
     */
    public History<I, O> read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    private Operation<I, O> parseLine(String line) {
        try {
            int open = line.indexOf(" [");
            int comma = line.indexOf(", ", open);
            int close = line.indexOf("] ", comma);
            int client = Integer.parseInt(line.substring(0, open));
            long callTime = Long.parseLong(line.substring(open + 2, comma));
            String end = line.substring(comma + 2, close);
            long returnTime = end.equals("-") ? Operation.NEVER : Long.parseLong(end);
            return parseRest(client, callTime, returnTime, line.substring(close + 2));
        } catch (IndexOutOfBoundsException | IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "Not an operation of the form 'client [call, return] input outcome': " + line, malformed);
        }
    }

    private Operation<I, O> parseRest(int client, long callTime, long returnTime, String rest) {
        int arrow = rest.indexOf(RETURNED);
        if (arrow >= 0) {
            O output = parseOutput.apply(rest.substring(arrow + RETURNED.length()));
            return new Operation<>(client, callTime, returnTime, input(rest, arrow), new Returned<>(output));
        }
        if (rest.endsWith(UNKNOWN)) {
            I input = input(rest, rest.length() - UNKNOWN.length());
            return new Operation<>(client, callTime, returnTime, input, new Unknown<>());
        }
        if (rest.endsWith(FAILED)) {
            I input = input(rest, rest.length() - FAILED.length());
            return new Operation<>(client, callTime, returnTime, input, new Failed<>());
        }
        throw new IllegalArgumentException("The outcome is missing");
    }

    private I input(String rest, int end) {
        return parseInput.apply(rest.substring(0, end));
    }
}

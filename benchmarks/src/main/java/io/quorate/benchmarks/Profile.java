package io.quorate.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * In which layer of the library the processor's time of an operation is spent, by samples of the Java threads that run.
 *
 * <p>A sample counts for the layer of the innermost frame that is the library's own. Threads that wait, and those inside of system calls, are not
 * sampled.
 */
final class Profile {

    private static final Duration PERIOD = Duration.ofMillis(10);
    private static final long NANOS = Duration.ofSeconds(5).toNanos();
    private static final String OTHERS = "outside of the library";

    /** The longer prefixes first. */
    private static final Map<String, String> LAYERS = new LinkedHashMap<>();

    static {
        LAYERS.put("io.quorate.benchmarks.", OTHERS);
        LAYERS.put("io.quorate.embedded.session.", "sessions and lanes");
        LAYERS.put("io.quorate.embedded.member.", "member loop");
        LAYERS.put("io.quorate.embedded.zab.", "ZAB");
        LAYERS.put("io.quorate.embedded.tree.", "tree and its codec");
        LAYERS.put("io.quorate.embedded.log.", "log");
        LAYERS.put("io.quorate.embedded.", "ensemble and transport");
        LAYERS.put("io.quorate.", "recipes");
    }

    private Profile() {}

    static List<String> layers() {
        List<String> layers = new ArrayList<>(LAYERS.values());
        layers.remove(OTHERS);
        layers.add(OTHERS);
        return layers;
    }

    /** Returns the share of each layer that has one. */
    static Map<String, Double> of(Load.Operation operation) throws Exception {
        Path file = Files.createTempFile("quorate-figures", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.ExecutionSample").withPeriod(PERIOD);
            recording.start();
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < NANOS) {
                operation.run();
            }
            recording.stop();
            recording.dump(file);
            return shares(file);
        } finally {
            Files.delete(file);
        }
    }

    private static Map<String, Double> shares(Path file) throws IOException {
        Map<String, Double> shares = new TreeMap<>();
        List<RecordedEvent> samples = RecordingFile.readAllEvents(file);
        for (RecordedEvent sample : samples) {
            shares.merge(layer(sample), 1.0 / samples.size(), Double::sum);
        }
        return shares;
    }

    private static String layer(RecordedEvent sample) {
        if (sample.getStackTrace() == null) {
            return OTHERS;
        }
        for (RecordedFrame frame : sample.getStackTrace().getFrames()) {
            String type = frame.getMethod().getType().getName();
            for (Map.Entry<String, String> layer : LAYERS.entrySet()) {
                if (type.startsWith(layer.getKey())) {
                    return layer.getValue();
                }
            }
        }
        return OTHERS;
    }
}

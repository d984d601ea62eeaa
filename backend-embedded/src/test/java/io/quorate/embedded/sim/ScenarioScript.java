package io.quorate.embedded.sim;

import io.quorate.embedded.log.DiskStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A scenario as text: commands, and below each block of them, after {@code ----}, what they print.
 *
 * <p>One command says what the script is about: {@code ensemble} the protocol core ({@link CoreStage}), {@code engine}
 * whole members with their storage, state and clients ({@link EngineStage}), {@code disk} the log and the snapshots of one
 * member ({@link DiskStage}). The network and the disks take their usual time, a power cut loses all that is not fsynced, and
 * all properties are checked after every event, so that a script need only bring the scenario about and show the outcome.
 */
final class ScenarioScript {

    private static final String RULE = "----";

    private final List<String> output = new ArrayList<>();
    private final Stage stage;

    private ScenarioScript(List<String> script, Planted planted) {
        stage = stage(script, planted, output);
    }

    /** Runs the commands of a script and returns it with what they print in the place of what was there. */
    static List<String> replay(List<String> script) {
        return replay(script, Planted.NOTHING);
    }

    /** Runs the commands of a script while a mistake is planted. */
    static List<String> replay(List<String> script, Planted planted) {
        ScenarioScript run = new ScenarioScript(script, planted);
        List<String> result = new ArrayList<>();
        boolean expected = false;
        for (String line : script) {
            if (expected && line.isBlank()) {
                expected = false;
            }
            if (expected) {
                continue;
            }
            if (line.equals(RULE)) {
                expected = true;
                result.add(line);
                result.addAll(run.output);
                run.output.clear();
                continue;
            }
            result.add(line);
            if (!line.isBlank() && !line.startsWith("#")) {
                run.guarded(line);
            }
        }
        return result;
    }

    /**
     * Runs the commands of a script while a member dies after so many effects, and then expects all to come back.
     *
     * @return whether the member lived to have so many effects
     */
    static boolean sweep(List<String> script, int member, int effects) {
        ScenarioScript run = new ScenarioScript(script, Planted.NOTHING);
        Sweepable stage = (Sweepable) run.stage;
        for (String line : commands(script)) {
            String[] words = line.split(" +");
            if (!words[0].equals("check")) {
                run.tolerated(words);
            }
            if (words[0].equals("ensemble") || words[0].equals("engine")) {
                stage.doom(member, effects);
            }
        }
        boolean struck = stage.hasStruck();
        stage.expectRecovery();
        return struck;
    }

    private static List<String> commands(List<String> script) {
        List<String> commands = new ArrayList<>();
        boolean expected = false;
        for (String line : script) {
            expected = line.equals(RULE) || (expected && !line.isBlank());
            if (!expected && !line.isBlank() && !line.startsWith("#")) {
                commands.add(line);
            }
        }
        return commands;
    }

    /** What a script says to somebody who is not there any more is said in vain. */
    private void tolerated(String[] words) {
        try {
            stage.execute(words);
        } catch (PropertyViolated violation) {
            throw violation;
        } catch (IOException | RuntimeException e) {
            output.add("in vain: " + String.join(" ", words) + ": " + e);
        }
    }

    /** Rewrites the scripts given as arguments: what git shows then is to be reviewed. */
    public static void main(String[] args) throws IOException {
        for (String arg : args) {
            Path path = Path.of(arg);
            Files.write(path, replay(Files.readAllLines(path)));
        }
    }

    private void guarded(String line) {
        try {
            stage.execute(line.split(" +"));
        } catch (PropertyViolated violation) {
            output.add("VIOLATED " + violation.getMessage());
        } catch (IOException e) {
            output.add("FAILED " + e.getMessage());
        }
    }

    private static Stage stage(List<String> script, Planted planted, List<String> output) {
        for (String line : script) {
            switch (line.split(" ", 2)[0]) {
                case "ensemble" -> {
                    return new CoreStage(planted, output);
                }
                case "engine" -> {
                    return new EngineStage(planted, output);
                }
                case "disk" -> {
                    return new DiskStage(planted.rule(), output);
                }
                default -> {
                    // Another command, or a comment.
                }
            }
        }
        throw new IllegalArgumentException("a script has one of the commands ensemble, engine and disk");
    }
}

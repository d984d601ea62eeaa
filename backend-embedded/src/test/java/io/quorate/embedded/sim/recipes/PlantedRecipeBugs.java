package io.quorate.embedded.sim.recipes;

import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.mutation.testing.MutatedClasses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Plants one mistake after another into the source of a recipe, and runs schedules until one notices. Prints a line for each mistake
 * and {@code planted=N caught=N}.
 */
public final class PlantedRecipeBugs {

    private final int schedulesPerBug;
    private final List<RecipeBug> survivors = new ArrayList<>();

    PlantedRecipeBugs(int schedulesPerBug) {
        this.schedulesPerBug = schedulesPerBug;
    }

    /** Runs all mistakes, or those that are named behind the number of schedules for each. */
    public static void main(String[] args) throws Exception {
        PlantedRecipeBugs bugs = new PlantedRecipeBugs(args.length > 0 ? Integer.parseInt(args[0]) : 2_000);
        List<RecipeBug> planted = new ArrayList<>();
        for (RecipeBug bug : RecipeBug.values()) {
            if (args.length < 2 || List.of(args).subList(1, args.length).contains(bug.name())) {
                planted.add(bug);
            }
        }
        bugs.run(planted);
        System.out.printf("planted=%d caught=%d%n", planted.size(), planted.size() - bugs.survivors.size());
        if (!bugs.survivors.isEmpty()) {
            System.exit(1);
        }
    }

    /** Plants them, one at a time; returns those that nothing noticed. */
    List<RecipeBug> run(List<RecipeBug> planted) throws Exception {
        for (RecipeBug bug : planted) {
            String failure = firstFailure(bug);
            System.out.printf("%-40s %s%n", "RECIPE_" + bug, failure == null ? "NOT CAUGHT" : failure);
            if (failure == null) {
                survivors.add(bug);
            }
        }
        return survivors;
    }

    private @Nullable String firstFailure(RecipeBug bug) throws Exception {
        Path directory = Files.createTempDirectory("planted");
        try {
            MutatedClasses classes = MutatedClasses.with(bug.mutation(), directory, EmbeddedEnsemble.class);
            return (String) classes.loadClass(PlantedRecipeBugs.class.getName())
                    .getMethod("firstFailure", int.class)
                    .invoke(null, schedulesPerBug);
        } finally {
            delete(directory);
        }
    }

    /** Runs schedules with the classes that have loaded this one, until one fails; returns how it did, or null. */
    public static @Nullable String firstFailure(int schedules) {
        for (int seed = 1; seed <= schedules; seed++) {
            String failure = new RecipeRun(seed).run(RecipeRun.EVENTS).failure();
            if (failure != null) {
                return "after " + seed + " schedules: " + failure.substring(0, Math.min(failure.length(), 130));
            }
        }
        return null;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}

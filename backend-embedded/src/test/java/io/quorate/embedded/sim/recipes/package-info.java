/**
 * The recipes on the simulated full engine: random workloads under all its faults, and what must hold of them at every true instant.
 *
 * <p>A {@link io.quorate.embedded.sim.recipes.RecipeRun} is one schedule, from a seed. Its clients are real ones, each in a
 * simulated process that faults pause, cut off and kill; what they do is up to some of the workloads.
 */
@NullMarked
package io.quorate.embedded.sim.recipes;

import org.jspecify.annotations.NullMarked;

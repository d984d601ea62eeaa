package io.quorate.embedded.sim;

import io.quorate.embedded.log.PlantedRule;
import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.tree.PlantedMachine;
import io.quorate.embedded.zab.PlantedBug;

/**
 * The mistake that is planted into a scenario, at most one.
 *
 * @param protocol in the protocol core
 * @param disk in the storage beneath the core
 * @param runtime around the runtime of the members
 * @param rule in the log
 * @param machine in the replicated state
 */
record Planted(PlantedBug protocol, DiskFlaw disk, RuntimeFlaw runtime, PlantedRule rule, PlantedMachine machine) {

    static final Planted NOTHING =
            new Planted(PlantedBug.NONE, DiskFlaw.NONE, RuntimeFlaw.NONE, PlantedRule.NONE, PlantedMachine.SOUND);

    /** The mistake of a name such as {@code zab.CUT_TOO_FAR}, as the README of the scripts gives it. */
    static Planted of(String name) {
        String mistake = name.substring(name.indexOf('.') + 1);
        return switch (name.substring(0, name.indexOf('.'))) {
            case "zab" ->
                new Planted(
                        PlantedBug.valueOf(mistake),
                        DiskFlaw.NONE,
                        RuntimeFlaw.NONE,
                        PlantedRule.NONE,
                        PlantedMachine.SOUND);
            case "disk" ->
                new Planted(
                        PlantedBug.NONE,
                        DiskFlaw.valueOf(mistake),
                        RuntimeFlaw.NONE,
                        PlantedRule.NONE,
                        PlantedMachine.SOUND);
            case "engine" ->
                new Planted(
                        PlantedBug.NONE,
                        DiskFlaw.NONE,
                        RuntimeFlaw.valueOf(mistake),
                        PlantedRule.NONE,
                        PlantedMachine.SOUND);
            case "log" ->
                new Planted(
                        PlantedBug.NONE,
                        DiskFlaw.NONE,
                        RuntimeFlaw.NONE,
                        PlantedRule.without(mistake),
                        PlantedMachine.SOUND);
            case "tree" ->
                new Planted(
                        PlantedBug.NONE,
                        DiskFlaw.NONE,
                        RuntimeFlaw.NONE,
                        PlantedRule.NONE,
                        PlantedMachine.valueOf(mistake));
            default -> throw new IllegalArgumentException("no such mistake: " + name);
        };
    }
}

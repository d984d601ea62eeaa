package io.quorate.embedded.log;

/** The rules that a storage keeps: all, or all but one. */
public final class PlantedRule {

    /** All rules are kept. */
    public static final PlantedRule NONE = new PlantedRule(Rules.all());

    private final Rules rules;

    private PlantedRule(Rules rules) {
        this.rules = rules;
    }

    /** Returns all rules but one, by its name. */
    public static PlantedRule without(String rule) {
        return new PlantedRule(Rules.allBut(DurabilityRule.valueOf(rule)));
    }

    Rules rules() {
        return rules;
    }
}

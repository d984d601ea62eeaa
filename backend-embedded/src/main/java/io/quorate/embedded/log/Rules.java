package io.quorate.embedded.log;

import java.util.EnumSet;
import java.util.Set;

/** The durability rules that a storage keeps: all, except in a test that plants a bug. */
final class Rules {
    private final Set<DurabilityRule> kept;

    private Rules(Set<DurabilityRule> kept) {
        this.kept = kept;
    }

    static Rules all() {
        return new Rules(EnumSet.allOf(DurabilityRule.class));
    }

    static Rules allBut(DurabilityRule broken) {
        return new Rules(EnumSet.complementOf(EnumSet.of(broken)));
    }

    boolean keep(DurabilityRule rule) {
        return kept.contains(rule);
    }
}

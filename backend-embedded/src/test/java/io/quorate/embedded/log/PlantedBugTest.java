package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The tests' own test: each rule, when it alone is broken, is noticed by a scenario. */
class PlantedBugTest {

    @Test
    void everyBrokenRuleIsNoticed() {
        Map<DurabilityRule, List<String>> noticed = new EnumMap<>(DurabilityRule.class);
        for (DurabilityRule rule : DurabilityRule.values()) {
            List<String> by = new ArrayList<>();
            ScenarioTest.all().forEach((name, scenario) -> {
                if (ScenarioTest.notices(scenario, rule)) {
                    by.add(name);
                }
            });
            noticed.put(rule, by);
            System.out.println("planted " + rule + " caught by " + by);
        }
        long caught = noticed.values().stream().filter(by -> !by.isEmpty()).count();
        System.out.println("planted=" + noticed.size() + " caught=" + caught);
        assertThat(noticed)
                .allSatisfy((rule, by) -> assertThat(by).as(rule.name()).isNotEmpty());
    }
}

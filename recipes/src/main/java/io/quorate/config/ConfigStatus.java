package io.quorate.config;

import io.quorate.backend.SessionId;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which instance runs which revision of a configuration.
 *
 * @param revision the current revision in the backend; 0 if nothing is published
 * @param instances those whose sessions live, in the order in which they appeared
 */
public record ConfigStatus(long revision, List<Instance> instances) {

    /** Copies the list. */
    public ConfigStatus {
        instances = List.copyOf(instances);
    }

    /**
     * One watcher of the configuration.
     *
     * @param owner the owner name of its client
     * @param session the session of its client
     * @param revision the revision that it runs; -1 for none
     * @param origin where it read that; empty for none
     * @param refusal why it does not run what it saw last; empty if it does
     */
    public record Instance(
            String owner, SessionId session, long revision, Optional<ConfigOrigin> origin, Optional<Refusal> refusal) {}

    /**
     * A state that an instance refused.
     *
     * @param revision its revision
     * @param reason everything that is wrong with it, abbreviated if that is much
     */
    public record Refusal(long revision, String reason) {}

    /** Returns the instances that run the current revision. */
    public List<Instance> upToDate() {
        return instances.stream()
                .filter(instance -> instance.revision() == revision)
                .toList();
    }

    /** Returns the instances that have refused something and do not run it. */
    public List<Instance> refusing() {
        return instances.stream()
                .filter(instance -> instance.refusal().isPresent())
                .toList();
    }

    /** Returns one sentence, such as {@code 3 of 5 instances run revision 17; b, c kept 16: limit: missing}. */
    @Override
    public String toString() {
        String line = upToDate().size() + " of " + instances.size() + " instances run revision " + revision;
        String others = instances.stream()
                .filter(instance -> instance.revision() != revision)
                .collect(Collectors.groupingBy(ConfigStatus::standing, TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(group -> group.getValue().stream().map(Instance::owner).collect(Collectors.joining(", ")) + " "
                        + group.getKey())
                .collect(Collectors.joining("; "));
        return others.isEmpty() ? line : line + "; " + others;
    }

    private static String standing(Instance instance) {
        String runs = instance.revision() < 0 ? "run none" : "kept " + instance.revision();
        return runs + instance.refusal().map(refusal -> ": " + refusal.reason()).orElse("");
    }
}

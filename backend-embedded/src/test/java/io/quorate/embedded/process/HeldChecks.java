package io.quorate.embedded.process;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether what one may hold at a time was held by one at a time, each with a greater token than the one before (N8, N9). */
final class HeldChecks {

    private final List<String> violations = new ArrayList<>();

    List<String> violations() {
        return violations;
    }

    /** Nobody holds what another one holds, and who comes later has the greater token. */
    void checkAlone(String check, List<Held> all) {
        Map<Long, String> holders = new HashMap<>();
        Held last = null;
        for (Held next : all.stream()
                .filter(held -> held.from() <= held.to())
                .sorted(Comparator.comparingLong(Held::from))
                .toList()) {
            if (last != null && next.from() <= last.to()) {
                violations.add(check + ": " + next + " and " + last + " were held at one instant");
            }
            if (last != null && next.token() < last.token()) {
                violations.add(check + ": " + next + " was held behind " + last);
            }
            String other = holders.put(next.token(), next.holder());
            if (other != null && !other.equals(next.holder())) {
                violations.add(check + ": " + next + " has a token that " + other + " had");
            }
            last = last == null || next.to() > last.to() ? next : last;
        }
    }

    /** The tokens of guarded writes rise. */
    void checkGuarded(List<GuardedWrite> writes) {
        GuardedWrite last = null;
        for (GuardedWrite next : writes.stream()
                .sorted(Comparator.comparingLong(GuardedWrite::revision))
                .toList()) {
            if (last != null && next.held().token() <= last.held().token()) {
                violations.add("N8: " + next + " is committed behind " + last);
            }
            last = next;
        }
    }

    /** A candidate is told of whole terms, one after another, each greater than the one before; returns those that it held. */
    List<Held> checkTerms(String process, List<String> lines) {
        Map<Long, Held> held = new HashMap<>();
        Set<Long> begun = new HashSet<>();
        long greatest = 0;
        boolean leads = false;
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("!") && words[1].equals("acquired")) {
                long term = Long.parseLong(words[2]);
                if (leads || term <= greatest) {
                    violations.add("N9: " + process + " is told of term " + term + " behind term " + greatest
                            + (leads ? ", whose loss it was not told of" : ""));
                }
                leads = true;
                greatest = Math.max(greatest, term);
                begun.add(term);
            } else if (words[0].equals("!") && words[1].equals("lost")) {
                long term = Long.parseLong(words[2]);
                if (!leads || term != greatest) {
                    violations.add(
                            "N9: " + process + " is told of the loss of term " + term + " behind term " + greatest);
                }
                leads = false;
            } else if (words[0].equals("!") && words[1].equals("led")) {
                long term = Long.parseLong(words[2]);
                if (!begun.contains(term)) {
                    violations.add("N9: " + process + " holds term " + term + ", which it was not told of");
                }
                held.put(term, new Held(process, term, Long.parseLong(words[3]), Long.parseLong(words[4])));
            }
        }
        return List.copyOf(held.values());
    }
}

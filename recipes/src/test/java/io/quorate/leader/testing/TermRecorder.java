package io.quorate.leader.testing;

import io.quorate.backend.QuorateException;
import io.quorate.leader.Leadership;
import io.quorate.leader.LeadershipListener;
import io.quorate.lease.LossCause;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a candidate's listener is told, and checks that the terms alternate with their ends and rise. */
public final class TermRecorder implements LeadershipListener {

    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<Leadership> terms = new CopyOnWriteArrayList<>();
    private final List<LossCause> losses = new CopyOnWriteArrayList<>();
    private final List<QuorateException> failures = new CopyOnWriteArrayList<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();

    @Override
    public void onAcquired(Leadership leadership) {
        if (terms.size() != losses.size()) {
            violations.add("acquired " + leadership.term() + " before the loss of the term before was told: " + log);
        }
        if (!terms.isEmpty() && terms.get(terms.size() - 1).term() >= leadership.term()) {
            violations.add("term " + leadership.term() + " is not above those before: " + log);
        }
        log.add("acquired " + leadership.term());
        terms.add(leadership);
    }

    @Override
    public void onLost(Leadership leadership, LossCause cause) {
        if (terms.size() != losses.size() + 1 || terms.get(terms.size() - 1) != leadership) {
            violations.add("lost " + leadership.term() + ", which is not the term that was acquired last: " + log);
        }
        if (leadership.isHeld() || !leadership.shouldStop()) {
            violations.add("told of the loss of " + leadership.term() + " before its flags had turned");
        }
        log.add("lost " + leadership.term() + " " + cause);
        losses.add(cause);
    }

    @Override
    public void onFailed(QuorateException cause) {
        log.add("failed " + cause.getMessage());
        failures.add(cause);
    }

    /** Returns what was told, one call a line. */
    public List<String> log() {
        return List.copyOf(log);
    }

    /** Returns the terms that were acquired. */
    public List<Leadership> terms() {
        return List.copyOf(terms);
    }

    /** Returns the causes of the losses, one for each term but perhaps the last. */
    public List<LossCause> losses() {
        return List.copyOf(losses);
    }

    /** Returns the failures for good: one at most. */
    public List<QuorateException> failures() {
        return List.copyOf(failures);
    }

    /** Returns in words what was not as it has to be. */
    public List<String> violations() {
        return new ArrayList<>(violations);
    }
}

package io.quorate.internal.breaker;

import io.quorate.backend.AccessDeniedException;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.QuorateException;
import io.quorate.breaker.CallCounts;
import io.quorate.breaker.GuardedBackendConfig;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What observations say about the health of a backend. Pure. */
final class BackendHealth {

    /** What the end of an operation says about the backend. */
    enum Sign {
        ANSWERED,
        FAILED,
        NOTHING
    }

    private BackendHealth() {}

    /** Returns what is wrong with the members, or nothing if enough of them serve. */
    static Optional<String> complaint(BackendView view, GuardedBackendConfig config) {
        int known = view.members().size();
        int needed = config.minimumServingMembers() == 0 ? known / 2 + 1 : config.minimumServingMembers();
        long serving =
                view.members().stream().filter(member -> serves(member, config)).count();
        if (serving < needed) {
            return Optional.of(serving + " of " + known + " members serve, " + needed + " are needed");
        }
        return view.available() ? Optional.empty() : Optional.of("the backend describes itself as unavailable");
    }

    private static boolean serves(BackendView.Member member, GuardedBackendConfig config) {
        boolean takesPart = switch (member.role()) {
            case LEADER, FOLLOWER, OBSERVER, STANDALONE -> true;
            case LOOKING, UNREACHABLE -> false;
        };
        // The latency of a member is an average, on ZooKeeper since its start, which only traffic can bring down again:
        // as
        // a condition it would keep the guard open long after the recovery. The time of a probe's read is taken
        // instead.
        return takesPart && member.connections().orElse(0) <= config.maximumConnections();
    }

    /** Returns what is wrong with the operations of a window, or nothing. */
    static Optional<String> complaint(CallCounts counts, GuardedBackendConfig config) {
        long bad = counts.failures() + counts.slow();
        if (counts.calls() < config.requestVolumeThreshold() || bad < config.failureRatio() * counts.calls()) {
            return Optional.empty();
        }
        return Optional.of("of " + counts.calls() + " operations " + counts.failures() + " failed and " + counts.slow()
                + " were slow");
    }

    /** Returns what the end of an operation says. */
    static Sign sign(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause == null || cause instanceof CommitFailedException || cause instanceof AccessDeniedException) {
            return Sign.ANSWERED;
        }
        if (cause instanceof BackendUnavailableException || cause instanceof OutcomeUnknownException) {
            return Sign.FAILED;
        }
        // Beyond the kinds above, the session was gone or somebody did not wait: neither is the backend's doing.
        return cause instanceof QuorateException || isGivenUp(cause) ? Sign.NOTHING : Sign.FAILED;
    }

    private static boolean isGivenUp(Throwable cause) {
        return cause instanceof CancellationException || cause instanceof TimeoutException;
    }
}

package io.quorate.internal.breaker;

import io.quorate.backend.Bytes;
import io.quorate.breaker.CallCounts;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one instance tells the others about its calls: the value of its window entry.
 *
 * @param epoch the phase under which the calls were made; they say nothing about any other
 * @param counts the calls within the rolling window
 */
record PublishedWindow(long epoch, CallCounts counts) {

    private static final Pattern FORM =
            Pattern.compile("epoch=([0-9]{1,18}) calls=([0-9]{1,18}) failures=([0-9]{1,18}) slow=([0-9]{1,18})");

    Bytes encode() {
        return Bytes.utf8("epoch=" + epoch + " calls=" + counts.calls() + " failures=" + counts.failures() + " slow="
                + counts.slow());
    }

    /** Reads a value; empty if it is not understood, in which case the instance has no voice. */
    static Optional<PublishedWindow> decode(@Nullable Bytes value) {
        Matcher matcher = FORM.matcher(value == null ? "" : value.utf8());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long calls = Long.parseLong(matcher.group(2));
        long failures = Long.parseLong(matcher.group(3));
        long slow = Long.parseLong(matcher.group(4));
        return calls < failures || calls < slow
                ? Optional.empty()
                : Optional.of(
                        new PublishedWindow(Long.parseLong(matcher.group(1)), new CallCounts(calls, failures, slow)));
    }
}

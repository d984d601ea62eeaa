package io.quorate.samples;

import io.quorate.backend.Ticker;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Prints what happens, when, and to whom; one line each. */
final class Timeline {

    private final Ticker ticker = Ticker.system();
    private final long start = ticker.nanos();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    void tell(String who, String what, @Nullable Object... details) {
        String happened = details.length == 0 ? what : String.format(Locale.ROOT, what, details);
        lines.add(who + " " + happened);
        System.out.printf(Locale.ROOT, "%6.2f s  %-8s %s%n", (ticker.nanos() - start) / 1e9, who, happened);
    }

    /** Returns what was told so far, without the times. */
    List<String> lines() {
        return List.copyOf(lines);
    }
}

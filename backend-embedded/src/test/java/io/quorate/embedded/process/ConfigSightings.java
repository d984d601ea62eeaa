package io.quorate.embedded.process;

import io.quorate.Quorate;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigWatcher;
import java.util.List;
import java.util.function.Consumer;

/** What a watcher shows of the one configuration, all whose keys are always set to one value. */
final class ConfigSightings {

    static final String NAME = "shop";
    static final List<String> KEYS = List.of("a", "b/c", "d");

    private ConfigSightings() {}

    /** Tells of each snapshot that becomes current. */
    static void watch(Quorate quorate, Consumer<String> output) {
        ConfigWatcher<List<String>> watcher = quorate.watchConfig(
                NAME,
                ConfigOptions.of(entries -> KEYS.stream()
                        .map(key -> entries.text(key).orElse("-"))
                        .distinct()
                        .toList()));
        var unused = watcher.onChange(
                change -> output.accept("! seen " + change.after().revision() + " "
                        + String.join(",", change.after().value())));
    }
}

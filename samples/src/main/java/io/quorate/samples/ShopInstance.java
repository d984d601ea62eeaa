package io.quorate.samples;

import io.quorate.Backends;
import io.quorate.backend.Backend;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One instance of the shop as a program of its own, which {@link SharedBreaker} starts three times. It does what each line of its
 * input says, answers with one line, and ends with its input: whoever started it cannot leave it behind.
 */
public final class ShopInstance {

    /** What it says once it can be told what to do. */
    static final String READY = "ready";

    static final String PAY = "pay";
    static final String STATE = "state";

    private ShopInstance() {}

    /**
     * Runs an instance until its input ends.
     *
     * @param args its name, the URI of the backend, and the URI of the service
     */
    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException(
                    "an instance takes its name, the URI of a backend and that of the service; to see the story run "
                            + SharedBreaker.class.getName());
        }
        try (Backend backend = Backends.create(args[1]);
                Shop shop = ShopClient.open(args[0], backend, URI.create(args[2]))) {
            obey(shop, new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        }
    }

    private static void obey(Shop shop, BufferedReader commands) throws Exception {
        System.out.println(READY);
        for (@Nullable String command = commands.readLine(); command != null; command = commands.readLine()) {
            System.out.println(
                    switch (command) {
                        case PAY -> shop.pay();
                        case STATE -> shop.state().name();
                        default -> "unknown command '" + command + "'; known are " + PAY + " and " + STATE;
                    });
        }
    }
}

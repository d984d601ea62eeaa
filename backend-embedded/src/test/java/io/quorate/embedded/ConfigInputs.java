package io.quorate.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/** Arbitrary bytes as the properties of a member, and as the file of its key. */
public final class ConfigInputs {

    private static final String KEY = "0f".repeat(32);
    private static final String COMPLETE =
            "cluster=c\nmember=1\nmember.1=a:1\nmember.2=b:2\nmember.3=c:3\ndirectory=d\nkey.file=secret\n";

    private ConfigInputs() {}

    /** A file of properties, by itself or behind one that is complete: it is understood, or refused by its name. */
    public static void properties(byte[] input) {
        byte[] start =
                input.length > 0 && (input[0] & 1) != 0 ? COMPLETE.getBytes(StandardCharsets.UTF_8) : new byte[0];
        byte[] all = Arrays.copyOf(start, start.length + input.length);
        System.arraycopy(input, 0, all, start.length, input.length);
        withDirectory(all, KEY.getBytes(StandardCharsets.US_ASCII));
    }

    /** The file of a key: it is understood, or refused without being shown. */
    public static void key(byte[] input) {
        withDirectory(COMPLETE.getBytes(StandardCharsets.UTF_8), input);
    }

    private static void withDirectory(byte[] properties, byte[] key) {
        try {
            Path directory = Files.createTempDirectory("quorate-config");
            Path file = directory.resolve("member.properties");
            Path secret = directory.resolve("secret");
            try {
                Files.write(file, properties);
                Files.write(secret, key);
                if (Files.getFileStore(secret).supportsFileAttributeView(PosixFileAttributeView.class)) {
                    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
                }
                load(file, isHidden(properties, key) ? new String(key, StandardCharsets.US_ASCII).strip() : " none ");
            } finally {
                Files.delete(secret);
                Files.delete(file);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the digits of the key are nowhere but in its file, so that whoever shows them has them from there. */
    private static boolean isHidden(byte[] properties, byte[] key) {
        String digits = new String(key, StandardCharsets.US_ASCII).strip();
        return digits.matches("[0-9a-fA-F]{32,}") && !new String(properties, StandardCharsets.UTF_8).contains(digits);
    }

    private static void load(Path file, String secret) {
        try {
            MemberConfig config = MemberConfig.load(file);
            if (config.toString().contains(secret)) {
                throw new IllegalStateException("the key is shown");
            }
        } catch (IllegalArgumentException | IOException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.startsWith(file.toString()) || message.contains(secret)) {
                throw new IllegalStateException("a refusal that does not name the file, or shows the key", e);
            }
        }
    }
}

package io.quorate.embedded;

import io.quorate.backend.Bytes;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A member's configuration as a file of properties. Paths are relative to the directory of that file. */
final class MemberProperties {

    private static final long MAX_BYTES = 64 << 10;

    private final Path file;
    private final Map<String, String> values = new TreeMap<>();

    private MemberProperties(Path file) throws IOException {
        this.file = file.toAbsolutePath();
        if (Files.size(file) > MAX_BYTES) {
            throw refused("has more than " + MAX_BYTES + " bytes; a member needs a few lines");
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        properties
                .stringPropertyNames()
                .forEach(key -> values.put(key, properties.getProperty(key).strip()));
    }

    static MemberConfig load(Path file) throws IOException {
        MemberProperties properties = new MemberProperties(file);
        try {
            return properties.config();
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith(properties.file.toString()) ? e : properties.refused(message, e);
        }
    }

    private MemberConfig config() throws IOException {
        String cluster = required("cluster");
        int id = Integer.parseInt(required("member"));
        Path directory = path(required("directory"));
        MemberConfig base = MemberConfig.of(cluster, id, numbered("member."), directory, security());
        Optional<String> bind = Optional.ofNullable(values.remove("bind"));
        MemberConfig config = new MemberConfig(
                cluster,
                id,
                base.members(),
                bind,
                directory,
                flag("bootstrap"),
                base.security(),
                flag("allow.insecure.network"),
                duration("election.timeout", base.electionTimeout()),
                duration("connection.timeout", base.connectionTimeout()),
                duration("start.timeout", base.startTimeout()),
                Math.toIntExact(number("snapshot.records", base.snapshotRecords())),
                number("snapshot.bytes", base.snapshotBytes()));
        if (!values.isEmpty()) {
            throw refused("has keys that mean nothing: " + new TreeSet<>(values.keySet()));
        }
        return config;
    }

    private MemberSecurity security() throws IOException {
        String key = values.remove("key.file");
        String certificate = values.remove("tls.certificate");
        if ((key == null) == (certificate == null)) {
            throw refused("must have either key.file or tls.certificate, tls.key, tls.trusted and tls.member.ID");
        }
        if (key != null) {
            return new MemberSecurity.SharedKey(secret(path(key)));
        }
        return new MemberSecurity.MutualTls(
                path(String.valueOf(certificate)),
                path(required("tls.key")),
                path(required("tls.trusted")),
                numbered("tls.member."));
    }

    private Bytes secret(Path from) throws IOException {
        if (Files.size(from) > MAX_BYTES) {
            throw refused("names " + from + " as the file of the key, which is too long to be one");
        }
        String text = Files.readString(from, StandardCharsets.US_ASCII).strip();
        try {
            return Bytes.of(HexFormat.of().parseHex(text));
        } catch (IllegalArgumentException e) {
            // The message of the cause would show a part of the key.
            throw refused("names " + from + " as the file of the key, which does not hold hexadecimal digits; write"
                    + " one with: openssl rand -hex 32");
        }
    }

    private Map<Integer, String> numbered(String prefix) {
        Map<Integer, String> found = new TreeMap<>();
        for (String key : new TreeSet<>(values.keySet())) {
            if (key.startsWith(prefix)) {
                try {
                    found.put(Integer.valueOf(key.substring(prefix.length())), values.remove(key));
                } catch (NumberFormatException e) {
                    throw refused(key + " must end with the id of a member", e);
                }
            }
        }
        return found;
    }

    private String required(String key) {
        String value = values.remove(key);
        if (value == null || value.isEmpty()) {
            throw refused(key + " is missing");
        }
        return value;
    }

    private boolean flag(String key) {
        String value = values.remove(key);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (!value.equals("true")) {
            throw refused(key + " must be true or false, not \"" + value + "\"");
        }
        return true;
    }

    private long number(String key, long otherwise) {
        String value = values.remove(key);
        try {
            return value == null ? otherwise : Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw refused(key + " must be a number, not \"" + value + "\"", e);
        }
    }

    private Duration duration(String key, Duration otherwise) {
        String value = values.remove(key);
        try {
            return value == null ? otherwise : Duration.parse("PT" + value);
        } catch (DateTimeParseException e) {
            throw refused(key + " must be a time such as 1s, 0.5s or 2m, not \"" + value + "\"", e);
        }
    }

    private Path path(String text) {
        Path parent = file.getParent();
        return parent == null ? Path.of(text) : parent.resolve(text);
    }

    private IllegalArgumentException refused(String what) {
        return refused(what, null);
    }

    private IllegalArgumentException refused(String what, @Nullable Throwable cause) {
        return new IllegalArgumentException(file + ": " + what, cause);
    }
}

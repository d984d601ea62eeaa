package io.quorate.embedded;

import io.quorate.backend.Bytes;
import io.quorate.embedded.transport.OwnerOnly;
import io.quorate.embedded.transport.PeerAddress;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A member's configuration as a file of properties. Paths are relative to the directory of that file. Whatever is refused is refused
 * with the file, the key, its value unless that is a secret, and what it should be.
 */
final class MemberProperties {

    private static final long MAX_BYTES = 64 << 10;
    private static final String MEMBER = "member.";
    private static final String PRINCIPAL = "tls.member.";
    private static final List<String> KEYS = List.of(
            "cluster",
            "member",
            "member.ID",
            "directory",
            "bind",
            "bootstrap",
            "key.file",
            "tls.certificate",
            "tls.key",
            "tls.trusted",
            "tls.member.ID",
            "allow.insecure.network",
            "election.timeout",
            "connection.timeout",
            "start.timeout",
            "snapshot.records",
            "snapshot.bytes");

    /** The values that were not read yet. */
    private final Map<String, String> values = new TreeMap<>();

    private final Path file;

    /** Notices a key that is there twice, of which the last would count in silence. */
    private static final class Lines extends Properties {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized @Nullable Object put(Object key, Object value) {
            Object before = super.put(key, value);
            if (before != null) {
                throw new IllegalArgumentException(key + " is there twice; leave one of the lines");
            }
            return null;
        }
    }

    private MemberProperties(Path file) {
        this.file = file.toAbsolutePath();
    }

    static MemberConfig load(Path file) throws IOException {
        MemberProperties properties = new MemberProperties(file);
        properties.read();
        return properties.config();
    }

    private void read() throws IOException {
        Lines lines = new Lines();
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw refused("has more than " + MAX_BYTES + " bytes; a member needs a few lines");
            }
            try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                lines.load(reader);
            }
        } catch (NoSuchFileException e) {
            throw new IOException(
                    file + " does not exist; write it as the operations page says, or name another file", e);
        } catch (CharacterCodingException e) {
            throw refused("is not written in UTF-8; save it anew", e);
        } catch (IllegalArgumentException e) {
            throw told(e) ? e : refused(String.valueOf(e.getMessage()), e);
        }
        lines.stringPropertyNames()
                .forEach(key -> values.put(key, lines.getProperty(key).strip()));
    }

    private boolean told(IllegalArgumentException e) {
        return String.valueOf(e.getMessage()).startsWith(file + ": ");
    }

    private MemberConfig config() throws IOException {
        String cluster = required("cluster");
        int id = memberId();
        Path directory = path("directory", required("directory"));
        Map<Integer, String> members = members(id);
        MemberConfig base = base(cluster, id, members, directory, security(members));
        MemberConfig config = new MemberConfig(
                cluster,
                id,
                base.members(),
                bind(),
                directory,
                flag("bootstrap"),
                base.security(),
                flag("allow.insecure.network"),
                duration("election.timeout", base.electionTimeout(), base::withElectionTimeout),
                duration("connection.timeout", base.connectionTimeout(), base::withConnectionTimeout),
                duration("start.timeout", base.startTimeout(), base::withStartTimeout),
                (int) number("snapshot.records", base.snapshotRecords(), Integer.MAX_VALUE),
                number("snapshot.bytes", base.snapshotBytes(), Long.MAX_VALUE));
        if (!values.isEmpty()) {
            throw refused("has keys that mean nothing: " + new TreeSet<>(values.keySet())
                    + "; correct or remove them. Those that mean something are " + KEYS);
        }
        return config;
    }

    /** What is left to be wrong concerns several lines, and the message names what they say. */
    private MemberConfig base(
            String cluster, int id, Map<Integer, String> members, Path directory, MemberSecurity security) {
        try {
            return MemberConfig.of(cluster, id, members, directory, security);
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()), e);
        }
    }

    // ---- the members

    private int memberId() {
        String value = required("member");
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw refused("member must be the id of this member, such as 1, not \"" + value + "\"", e);
        }
    }

    private Map<Integer, String> members(int id) {
        Map<Integer, String> members = numbered(MEMBER);
        if (members.isEmpty()) {
            throw refused("member.1 is missing; write a line member.ID = host:port for each member, this one included");
        }
        members.forEach((member, address) -> {
            PeerAddress parsed = address(MEMBER + member, address);
            if (parsed.port() == 0 && member != id) {
                throw refused(MEMBER + member + " needs a port that others can know, not 0, in \"" + address + "\"");
            }
        });
        if (!members.containsKey(id)) {
            throw refused("member must be one of " + members.keySet() + ", which have an address here, not " + id);
        }
        return members;
    }

    private PeerAddress address(String key, String value) {
        try {
            return PeerAddress.parse(value);
        } catch (IllegalArgumentException e) {
            throw refused(key + " must be an address: " + e.getMessage(), e);
        }
    }

    private Optional<String> bind() {
        String value = values.remove("bind");
        if (value != null) {
            PeerAddress unused = address("bind", value);
        }
        return Optional.ofNullable(value);
    }

    private Map<Integer, String> numbered(String prefix) {
        Map<Integer, String> found = new TreeMap<>();
        for (String key : new TreeSet<>(values.keySet())) {
            if (key.startsWith(prefix)) {
                found.put(idIn(key, prefix), String.valueOf(values.remove(key)));
            }
        }
        return found;
    }

    private int idIn(String key, String prefix) {
        String end = key.substring(prefix.length());
        try {
            int id = Integer.parseInt(end);
            // Otherwise 1 and 01 would be two lines for one member.
            if (String.valueOf(id).equals(end)) {
                return id;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw refused(key + " must end with the id of a member, such as " + prefix + "1");
    }

    // ---- security

    private MemberSecurity security(Map<Integer, String> members) throws IOException {
        String key = values.remove("key.file");
        String certificate = values.remove("tls.certificate");
        if ((key == null) == (certificate == null)) {
            throw refused("must have either key.file or tls.certificate, tls.key, tls.trusted and tls.member.ID");
        }
        if (key != null) {
            return sharedKey(path("key.file", key));
        }
        return new MemberSecurity.MutualTls(
                path("tls.certificate", String.valueOf(certificate)),
                path("tls.key", required("tls.key")),
                path("tls.trusted", required("tls.trusted")),
                principals(members));
    }

    private Map<Integer, String> principals(Map<Integer, String> members) {
        Map<Integer, String> principals = numbered(PRINCIPAL);
        if (!principals.keySet().equals(members.keySet())) {
            throw refused("tls.member.ID must be there for each of the members " + members.keySet()
                    + " and for nobody else, not for " + principals.keySet()
                    + "; it says which name or subject the certificate of that member has");
        }
        Map<String, Integer> owners = new TreeMap<>();
        principals.forEach((member, principal) -> {
            Integer other = owners.put(principal, member);
            if (principal.isEmpty() || other != null) {
                throw refused(PRINCIPAL + member + " must be what the certificate of member " + member
                        + " says and that of nobody else, not \"" + principal + "\"");
            }
        });
        return principals;
    }

    private MemberSecurity sharedKey(Path from) throws IOException {
        String names = "key.file names " + from + ", which ";
        String remedy = "; write one with: openssl rand -hex 32";
        try {
            OwnerOnly.check(from);
            if (Files.size(from) > MAX_BYTES) {
                throw refused(names + "is too long to be the file of a key" + remedy);
            }
            byte[] secret = HexFormat.of()
                    .parseHex(Files.readString(from, StandardCharsets.US_ASCII).strip());
            return new MemberSecurity.SharedKey(Bytes.of(secret));
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": " + names + "does not exist" + remedy, e);
        } catch (CharacterCodingException e) {
            throw refused(names + "does not hold hexadecimal digits" + remedy);
        } catch (IOException e) {
            throw new IOException(file + ": key.file names " + from + ", which cannot be used: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            // That of the digits would show a part of the key, which is not the cause of anything.
            throw told(e) ? e : refused(names + unusable(e) + remedy);
        }
    }

    private static String unusable(IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith("a cluster key") ? "is too short: " + message : "does not hold hexadecimal digits";
    }

    // ---- single values

    private String required(String key) {
        String value = values.remove(key);
        if (value == null || value.isEmpty()) {
            throw refused(key + " is missing; add a line: " + key + " = …");
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

    private long number(String key, long otherwise, long most) {
        String value = values.remove(key);
        try {
            long number = value == null ? otherwise : Long.parseLong(value);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw refused(key + " must be a number from 1 to " + most + ", not \"" + value + "\"");
    }

    /**
     * Reads a time.
     *
     * @param check refuses a time that is out of its range
     */
    private Duration duration(String key, Duration otherwise, Function<Duration, MemberConfig> check) {
        String value = values.remove(key);
        if (value == null) {
            return otherwise;
        }
        Duration duration;
        try {
            duration = Duration.parse("PT" + value);
        } catch (DateTimeException | ArithmeticException e) {
            throw refused(key + " must be a time such as 1s, 0.5s or 2m, not \"" + value + "\"", e);
        }
        try {
            MemberConfig unused = check.apply(duration);
            return duration;
        } catch (IllegalArgumentException e) {
            throw refused(key + " is out of range, \"" + value + "\": " + e.getMessage(), e);
        }
    }

    private Path path(String key, String text) {
        try {
            Path parent = file.getParent();
            if (text.isEmpty()) {
                throw refused(key + " is missing; name a file or directory");
            }
            return parent == null ? Path.of(text) : parent.resolve(text);
        } catch (InvalidPathException e) {
            throw refused(key + " must be a path, not \"" + text + "\": " + e.getReason(), e);
        }
    }

    private IllegalArgumentException refused(String what) {
        return refused(what, null);
    }

    private IllegalArgumentException refused(String what, @Nullable Throwable cause) {
        return new IllegalArgumentException(file + ": " + what, cause);
    }
}

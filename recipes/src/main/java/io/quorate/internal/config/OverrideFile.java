package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import io.quorate.config.ConfigEntries;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** An operator's file, read anew each time it is asked for. */
final class OverrideFile {

    private static final long MAX_BYTES = 16L << 20;

    private final Path path;
    private final boolean singleEntry;

    OverrideFile(Path path, boolean singleEntry) {
        this.path = path;
        this.singleEntry = singleEntry;
    }

    /**
     * Reads the file; no entries if there is none.
     *
     * @throws IOException if it cannot be read or is malformed; the message never repeats a value
     */
    ConfigEntries read() throws IOException {
        byte[] bytes;
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new IOException(path + " is larger than " + MAX_BYTES + " bytes");
            }
            bytes = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return ConfigEntries.EMPTY;
        }
        return singleEntry ? ConfigEntries.of(Map.of(ConfigEntries.DOCUMENT, Bytes.of(bytes))) : keys(bytes);
    }

    /**
     * Returns overrides under the keys that they override: a dot separates segments, as in a properties file, unless the
     * configuration has that very key.
     */
    static ConfigEntries matching(ConfigEntries overrides, ConfigEntries base) {
        Map<String, Bytes> matched = new TreeMap<>();
        overrides
                .asMap()
                .forEach((key, value) -> matched.put(base.keys().contains(key) ? key : key.replace('.', '/'), value));
        return ConfigEntries.of(matched);
    }

    private ConfigEntries keys(byte[] bytes) throws IOException {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()));
        } catch (CharacterCodingException e) {
            throw new IOException(path + " is not UTF-8", e);
        } catch (IllegalArgumentException e) {
            throw new IOException(path + " has a malformed \\u escape", e);
        }
        Map<String, String> values = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
        return ConfigEntries.ofText(values);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}

package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import io.quorate.config.ConfigEntries;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A whole content as bytes, for files and for the records of publications: a count, then keys and values with lengths. */
final class ContentForm {

    private ContentForm() {}

    static byte[] write(ConfigEntries entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(entries.size());
            for (Map.Entry<String, Bytes> entry : entries.asMap().entrySet()) {
                writeBlock(out, entry.getKey().getBytes(StandardCharsets.UTF_8));
                writeBlock(out, entry.getValue().toByteArray());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if it is something else; no more is allocated than there are bytes
     */
    static ConfigEntries read(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        int count = in.readInt();
        Map<String, Bytes> values = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            String key = new String(readBlock(in), StandardCharsets.UTF_8);
            values.put(key, Bytes.of(readBlock(in)));
        }
        if (in.available() > 0 || values.size() != count) {
            throw new IOException("it does not have the " + count + " keys that it claims to have");
        }
        return ConfigEntries.of(values);
    }

    private static void writeBlock(DataOutputStream out, byte[] block) throws IOException {
        out.writeInt(block.length);
        out.write(block);
    }

    private static byte[] readBlock(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new EOFException("it ends in the middle of a value");
        }
        return in.readNBytes(length);
    }
}

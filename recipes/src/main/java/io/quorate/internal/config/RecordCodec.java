package io.quorate.internal.config;

import io.quorate.backend.Bytes;
import io.quorate.config.ConfigCodec;
import io.quorate.config.ConfigEntries;
import io.quorate.config.InvalidConfigException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decodes a record, one entry for each component. */
public final class RecordCodec<T extends Record> implements ConfigCodec<T> {

    private final Class<T> type;
    private final Shape shape;

    private RecordCodec(Class<T> type, Shape shape) {
        this.type = type;
        this.shape = shape;
    }

    /**
     * Makes the codec of a type.
     *
     * @throws IllegalArgumentException if it has a component that cannot be decoded
     */
    public static <T extends Record> RecordCodec<T> of(Class<T> type) {
        return new RecordCodec<>(type, Shapes.of(type));
    }

    @Override
    public T decode(ConfigEntries entries) {
        List<String> problems = new ArrayList<>();
        KeyTree tree = tree(entries, problems);
        Object decoded = shape.read(tree, "", problems);
        tree.unread("").forEach(path -> problems.add(path + ": unknown key"));
        if (!problems.isEmpty() || decoded == null) {
            throw new InvalidConfigException(problems);
        }
        return type.cast(decoded);
    }

    private static KeyTree tree(ConfigEntries entries, List<String> problems) {
        KeyTree tree = new KeyTree();
        for (Map.Entry<String, Bytes> entry : entries.asMap().entrySet()) {
            String path = entry.getKey().replace('.', '/');
            String text = text(entry.getValue());
            if (text == null) {
                problems.add(path + ": the value is not UTF-8");
            } else if (!tree.put(path, text)) {
                problems.add(path + ": occurs twice, with '.' and with '/'");
            }
        }
        return tree;
    }

    private static @Nullable String text(Bytes value) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}

package io.quorate.config.jackson;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import io.quorate.backend.Bytes;
import io.quorate.config.ConfigCodec;
import io.quorate.config.ConfigEntries;
import io.quorate.config.InvalidConfigException;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A codec of configurations that are one document, in whatever format the mapper reads: JSON, or YAML with a mapper of
 * Jackson's YAML module. The configuration has one key, of any name, or is a single entry.
 *
 * <p>Unknown properties, missing properties of a record or constructor, nulls for primitives and anything behind the
 * document are refused. The reason names the path, or the line and column, and never a value. Jackson stops at the first
 * error.
 */
public final class JacksonCodec<T> implements ConfigCodec<T> {

    private final Class<T> type;
    private final ObjectReader reader;

    private JacksonCodec(Class<T> type, ObjectReader reader) {
        this.type = type;
        this.reader = reader;
    }

    /** Returns a codec of a type, by a mapper that is configured already; later changes of the mapper have no effect. */
    @SuppressWarnings("exports") // Whoever has a mapper reads its module.
    public static <T> JacksonCodec<T> of(ObjectMapper mapper, Class<T> type) {
        return new JacksonCodec<>(
                type,
                mapper.readerFor(type)
                        .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                        .with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                        .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS));
    }

    @Override
    public T decode(ConfigEntries entries) {
        if (entries.size() != 1) {
            throw invalid("one document is expected, in one entry, but there are " + entries.keys());
        }
        Bytes document = entries.asMap().values().iterator().next();
        try {
            T value = reader.readValue(document.toByteArray(), type);
            if (value == null) {
                throw invalid("the document is null");
            }
            return value;
        } catch (JsonMappingException e) {
            throw invalid(path(e) + ": " + reason(e));
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw invalid(
                    at == null ? "malformed" : "malformed at line " + at.getLineNr() + ", column " + at.getColumnNr());
        } catch (IOException e) {
            throw invalid("malformed");
        }
    }

    private String path(JsonMappingException e) {
        String path = e.getPath().stream()
                .map(step -> step.getFieldName() == null ? Integer.toString(step.getIndex()) : step.getFieldName())
                .collect(Collectors.joining("/"));
        return path.isEmpty() ? type.getSimpleName() : path;
    }

    private static String reason(JsonMappingException e) {
        if (e instanceof UnrecognizedPropertyException) {
            return "unknown key";
        }
        if (e instanceof ValueInstantiationException && e.getCause() != null) {
            return String.valueOf(e.getCause().getMessage());
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return "missing, or not a " + mismatch.getTargetType().getSimpleName();
        }
        return "does not fit";
    }

    private static InvalidConfigException invalid(String problem) {
        return new InvalidConfigException(List.of(problem));
    }
}

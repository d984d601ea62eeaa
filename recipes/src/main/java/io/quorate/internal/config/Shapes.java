package io.quorate.internal.config;

import io.quorate.config.DataSize;
import io.quorate.config.DefaultValue;
import io.quorate.config.Secret;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the shape of a record, once, when its codec is made. */
final class Shapes {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,18})\\s*(ns|us|ms|s|m|h|d)");

    private static final Map<Class<?>, Shape.Scalar> SCALARS = scalars();

    private final List<Class<?>> enclosing = new ArrayList<>();

    private Shapes() {}

    /**
     * Returns the shape of a record.
     *
     * @throws IllegalArgumentException naming the component that cannot be decoded
     */
    static Shape of(Class<? extends Record> type) {
        return new Shapes().ofRecord(type);
    }

    private Shape ofRecord(Class<?> type) {
        if (enclosing.contains(type)) {
            throw new IllegalArgumentException(type.getName() + " contains itself, which entries cannot express");
        }
        enclosing.add(type);
        Map<String, Shape.Component> components = new LinkedHashMap<>();
        List<Class<?>> parameters = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            parameters.add(component.getType());
            components.put(component.getName(), component(type, component));
        }
        enclosing.remove(type);
        return new Shape.RecordOf(type, constructor(type, parameters), components);
    }

    private Shape.Component component(Class<?> type, RecordComponent component) {
        String where = type.getSimpleName() + "." + component.getName();
        Shape shape = ofType(component.getGenericType(), where);
        DefaultValue standard = component.getAnnotation(DefaultValue.class);
        Shape.Component made =
                new Shape.Component(shape, component.getType(), standard == null ? null : standard.value());
        if (standard != null) {
            // A default that does not decode is a mistake of the program and not of the configuration.
            List<String> problems = new ArrayList<>();
            made.read(null, where, problems);
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException("the default does not decode: " + String.join("; ", problems));
            }
        }
        return made;
    }

    private static Constructor<?> constructor(Class<?> type, List<Class<?>> parameters) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(parameters.toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("a record has a canonical constructor, but " + type.getName(), e);
        } catch (InaccessibleObjectException e) {
            throw new IllegalArgumentException(
                    type.getName() + " cannot be made from outside of its module: add 'opens " + type.getPackageName()
                            + " to io.quorate.recipes' to its module-info",
                    e);
        }
    }

    private Shape ofType(Type type, String where) {
        if (type instanceof Class<?> plain) {
            return ofClass(plain, where);
        }
        if (type instanceof ParameterizedType generic) {
            List<Type> arguments = Arrays.asList(generic.getActualTypeArguments());
            Type element = arguments.get(arguments.size() - 1);
            if (generic.getRawType() == Optional.class) {
                return new Shape.OptionalOf(ofType(element, where));
            }
            if (generic.getRawType() == List.class) {
                return new Shape.ListOf(ofType(element, where));
            }
            if (generic.getRawType() == Map.class && arguments.get(0) == String.class) {
                return new Shape.MapOf(ofType(element, where));
            }
        }
        throw unsupported(type, where);
    }

    private static IllegalArgumentException unsupported(Type type, String where) {
        return new IllegalArgumentException(where + " has the type " + type.getTypeName()
                + ", which cannot be decoded; use a codec of your own, or one of: a record, an enum, List, Map<String, …>,"
                + " Optional, "
                + SCALARS.keySet().stream().map(Class::getSimpleName).sorted().collect(Collectors.joining(", ")));
    }

    private Shape ofClass(Class<?> type, String where) {
        Shape.Scalar scalar = SCALARS.get(type);
        if (scalar != null) {
            return scalar;
        }
        if (type.isRecord()) {
            return ofRecord(type);
        }
        if (type.isEnum()) {
            return ofEnum(type);
        }
        throw unsupported(type, where);
    }

    private static Shape ofEnum(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            constants.put(((Enum<?>) constant).name(), constant);
        }
        return new Shape.Scalar("one of " + String.join(", ", constants.keySet()), true, text -> {
            String name = text.strip().replace('-', '_');
            return constants.entrySet().stream()
                    .filter(constant -> constant.getKey().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow()
                    .getValue();
        });
    }

    private static Map<Class<?>, Shape.Scalar> scalars() {
        Map<Class<?>, Shape.Scalar> all = new LinkedHashMap<>();
        add(all, "a boolean, true or false", Shapes::parseBoolean, boolean.class, Boolean.class);
        add(all, "an int", text -> Integer.valueOf(text.strip()), int.class, Integer.class);
        add(all, "a long", text -> Long.valueOf(text.strip()), long.class, Long.class);
        add(all, "a short", text -> Short.valueOf(text.strip()), short.class, Short.class);
        add(all, "a byte", text -> Byte.valueOf(text.strip()), byte.class, Byte.class);
        add(all, "a number", text -> finite(Double.parseDouble(text)), double.class, Double.class);
        add(all, "a number", text -> (float) finite(Float.parseFloat(text)), float.class, Float.class);
        add(all, "one character", Shapes::parseCharacter, char.class, Character.class);
        add(all, "a decimal number", text -> new BigDecimal(text.strip()), BigDecimal.class);
        add(all, "a text", text -> text, String.class);
        add(all, "a URI", text -> URI.create(text.strip()), URI.class);
        add(all, "a duration, such as 30s, 250ms or PT30S", Shapes::parseDuration, Duration.class);
        add(all, "a size, such as 10MiB or 4096", DataSize::parse, DataSize.class);
        all.put(Secret.class, new Shape.Scalar("a text", false, Secret::of));
        return Map.copyOf(all);
    }

    private static void add(
            Map<Class<?>, Shape.Scalar> all, String description, Shape.Scalar.Parser parser, Class<?>... types) {
        for (Class<?> type : types) {
            all.put(type, new Shape.Scalar(description, true, parser));
        }
    }

    private static boolean parseBoolean(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static char parseCharacter(String text) {
        if (text.length() != 1) {
            throw new IllegalArgumentException(text);
        }
        return text.charAt(0);
    }

    private static double finite(double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("not finite");
        }
        return number;
    }

    private static Duration parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Duration.parse(text.strip());
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ns" -> Duration.ofNanos(count);
            case "us" -> Duration.ofNanos(Math.multiplyExact(count, 1_000L));
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}

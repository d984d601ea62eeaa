package io.quorate.internal.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a component of a record looks like among the entries. */
sealed interface Shape {

    /**
     * Reads a value.
     *
     * @param node what there is at the path, or null for nothing
     * @param problems where to add what is wrong
     * @return the value; null if there is none, and then a problem was added
     */
    @Nullable
    Object read(@Nullable KeyTree node, String path, List<String> problems);

    /** Returns what a value is called in a message. */
    String description();

    /**
     * One text.
     *
     * @param showsValue whether a message may repeat the text
     */
    record Scalar(String description, boolean showsValue, Parser parser) implements Shape {

        private static final int SHOWN = 64;

        /** Reads a text; what it throws becomes a problem. */
        interface Parser {
            Object parse(String text);
        }

        @Override
        public @Nullable Object read(@Nullable KeyTree node, String path, List<String> problems) {
            String text = node == null ? null : node.take();
            if (text == null) {
                problems.add(path + ": missing; it must be " + description);
                return null;
            }
            return parse(text, path, problems);
        }

        @Nullable
        Object parse(String text, String path, List<String> problems) {
            try {
                return parser.parse(text);
            } catch (RuntimeException e) {
                problems.add(path + ": " + (showsValue ? "'" + abbreviated(text) + "'" : "the value") + " is not "
                        + description);
                return null;
            }
        }

        private static String abbreviated(String text) {
            return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
        }
    }

    /** What may be missing. */
    record OptionalOf(Shape element) implements Shape {
        @Override
        public @Nullable Object read(@Nullable KeyTree node, String path, List<String> problems) {
            return node == null ? Optional.empty() : Optional.ofNullable(element.read(node, path, problems));
        }

        @Override
        public String description() {
            return element.description();
        }
    }

    /** Elements in one text, separated by commas, or one below each number. */
    record ListOf(Shape element) implements Shape {

        private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

        @Override
        public @Nullable Object read(@Nullable KeyTree node, String path, List<String> problems) {
            if (node == null) {
                return List.of();
            }
            if (node.hasText() && element instanceof Scalar scalar) {
                return separated(scalar, node, path, problems);
            }
            int before = problems.size();
            List<@Nullable Object> elements = new ArrayList<>();
            for (int i = 0; i < node.children().size(); i++) {
                KeyTree child = node.child(Integer.toString(i));
                if (child == null) {
                    problems.add(KeyTree.join(path, Integer.toString(i)) + ": missing; elements are counted from 0");
                    break;
                }
                elements.add(element.read(child, KeyTree.join(path, Integer.toString(i)), problems));
            }
            return problems.size() > before ? null : List.copyOf(elements);
        }

        private static @Nullable Object separated(Scalar scalar, KeyTree node, String path, List<String> problems) {
            String text = node.take();
            if (text == null || text.isBlank()) {
                return List.of();
            }
            int before = problems.size();
            List<@Nullable Object> elements = new ArrayList<>();
            for (String part : COMMA.split(text.strip(), -1)) {
                elements.add(scalar.parse(part, KeyTree.join(path, Integer.toString(elements.size())), problems));
            }
            return problems.size() > before ? null : List.copyOf(elements);
        }

        @Override
        public String description() {
            return "a list";
        }
    }

    /** One element below each key. */
    record MapOf(Shape element) implements Shape {
        @Override
        public @Nullable Object read(@Nullable KeyTree node, String path, List<String> problems) {
            if (node == null) {
                return Map.of();
            }
            int before = problems.size();
            Map<String, @Nullable Object> elements = new TreeMap<>();
            node.children()
                    .forEach((name, child) ->
                            elements.put(name, element.read(child, KeyTree.join(path, name), problems)));
            return problems.size() > before ? null : Collections.unmodifiableMap(elements);
        }

        @Override
        public String description() {
            return "a group of keys";
        }
    }

    /**
     * A component of a record.
     *
     * @param defaultValue its text if the key is missing
     */
    record Component(
            Shape shape, Class<?> rawType, @Nullable String defaultValue) {

        @Nullable
        Object read(@Nullable KeyTree node, String path, List<String> problems) {
            if (node != null || defaultValue == null) {
                return shape.read(node, path, problems);
            }
            KeyTree standIn = new KeyTree();
            standIn.put("default", defaultValue);
            return shape.read(standIn.child("default"), path, problems);
        }
    }

    /** A group of keys, one for each component. */
    record RecordOf(Class<?> type, Constructor<?> constructor, Map<String, Component> components) implements Shape {

        /** Keeps the order. */
        public RecordOf {
            components = new LinkedHashMap<>(components);
        }

        @Override
        public @Nullable Object read(@Nullable KeyTree node, String path, List<String> problems) {
            int before = problems.size();
            List<@Nullable Object> arguments = new ArrayList<>();
            components.forEach((name, component) -> arguments.add(
                    component.read(node == null ? null : node.child(name), KeyTree.join(path, name), problems)));
            if (problems.size() > before) {
                return null;
            }
            try {
                return constructor.newInstance(arguments.toArray());
            } catch (InvocationTargetException e) {
                Throwable thrown = e.getCause() == null ? e : e.getCause();
                problems.add((path.isEmpty() ? type.getSimpleName() : path) + ": "
                        + (thrown.getMessage() == null ? thrown.toString() : thrown.getMessage()));
                return null;
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot make a " + type.getName(), e);
            }
        }

        @Override
        public String description() {
            return "a group of keys";
        }
    }
}

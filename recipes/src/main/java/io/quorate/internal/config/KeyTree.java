package io.quorate.internal.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Texts by path, as a tree that remembers which of them were read. Confined to one decoding. */
final class KeyTree {

    private final Map<String, KeyTree> children = new TreeMap<>();
    private @Nullable String text;
    private boolean read;

    /** Adds a text; returns false if the path has one. */
    boolean put(String path, String value) {
        KeyTree node = this;
        for (String segment : path.split("/", -1)) {
            node = node.children.computeIfAbsent(segment, name -> new KeyTree());
        }
        if (node.text != null) {
            return false;
        }
        node.text = value;
        return true;
    }

    @Nullable
    KeyTree child(String name) {
        return children.get(name);
    }

    Map<String, KeyTree> children() {
        return children;
    }

    /** Returns the text of this node and notes that it was read. */
    @Nullable
    String take() {
        read = true;
        return text;
    }

    boolean hasText() {
        return text != null;
    }

    /** Returns the paths of all texts that nobody took. */
    List<String> unread(String path) {
        List<String> paths = new ArrayList<>();
        if (text != null && !read) {
            paths.add(path);
        }
        children.forEach((name, child) -> paths.addAll(child.unread(join(path, name))));
        return paths;
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "/" + name;
    }
}

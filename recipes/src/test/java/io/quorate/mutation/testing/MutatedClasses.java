package io.quorate.mutation.testing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.slf4j.Logger;

/** This library and its tests loaded once more, with one class compiled from a changed source. Everything else is shared. */
public final class MutatedClasses extends ClassLoader {

    private static final String OURS = "io.quorate.";

    private final Path compiled;

    private MutatedClasses(Path compiled) {
        super(MutatedClasses.class.getClassLoader());
        this.compiled = compiled;
    }

    /**
     * Compiles the changed source.
     *
     * @param directory an empty one, for the source and the classes
     * @param needed a class of each library that it is compiled against, besides the recipes and what those need
     */
    public static MutatedClasses with(Mutation mutation, Path directory, Class<?>... needed) throws IOException {
        Path source = directory.resolve(Path.of(mutation.file()).getFileName());
        Files.writeString(source, mutation.source());
        int result = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        System.out,
                        System.err,
                        "-proc:none",
                        "-nowarn",
                        "-classpath",
                        classPath(needed),
                        "-d",
                        directory.toString(),
                        source.toString());
        assertThat(result).as("%s compiles", mutation).isZero();
        return new MutatedClasses(directory);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        Class<?> known = findLoadedClass(name);
        return known != null ? known : define(name);
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        Path mutated = compiled.resolve(file);
        try (InputStream in = Files.exists(mutated)
                ? Files.newInputStream(mutated)
                : getParent().getResourceAsStream(file)) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns where the classes are that a recipe is compiled against. */
    private static String classPath(Class<?>... needed) {
        return Stream.concat(Stream.of(Quorate.class, Logger.class, NullMarked.class), Stream.of(needed))
                .map(type -> requireNonNull(type.getProtectionDomain().getCodeSource())
                        .getLocation())
                .map(location -> Path.of(URI.create(location.toString())).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}

package io.quorate.samples;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM with the Java and the class path of this one. */
final class JavaProcess {

    private JavaProcess() {}

    /** Returns what starts a JVM with these arguments: options, a class with a main method, and what that takes. */
    static ProcessBuilder builder(List<String> arguments) throws IOException {
        String java = ProcessHandle.current()
                .info()
                .command()
                .orElseThrow(() -> new IOException("the system does not tell which java runs this program"));
        List<String> command = new ArrayList<>(List.of(java, "-cp", classPath()));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    private static String classPath() throws IOException {
        // Maven's exec:java loads a program with a class loader of its own; the JVM's class path is that of Maven then.
        if (!(JavaProcess.class.getClassLoader() instanceof URLClassLoader loader)) {
            return ManagementFactory.getRuntimeMXBean().getClassPath();
        }
        List<String> entries = new ArrayList<>();
        for (URL url : loader.getURLs()) {
            try {
                entries.add(Path.of(url.toURI()).toString());
            } catch (URISyntaxException e) {
                throw new IOException("the class path has an entry that is no file: " + url, e);
            }
        }
        return String.join(File.pathSeparator, entries);
    }
}

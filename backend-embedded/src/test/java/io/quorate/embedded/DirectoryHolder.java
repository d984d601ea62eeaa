package io.quorate.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** A process that holds a directory, with one acknowledged write in it, until it is killed. */
final class DirectoryHolder {

    private DirectoryHolder() {}

    public static void main(String[] args) throws IOException {
        DurableEnsemble ensemble = DurableEnsemble.in(Path.of(args[0]), 1).start();
        ensemble.write("held", "yes");
        System.out.println("started");
        System.out.flush();
        // Until the parent kills this process, or dies.
        int ignored = System.in.read();
        System.exit(ignored < 0 ? 1 : 0);
    }
}

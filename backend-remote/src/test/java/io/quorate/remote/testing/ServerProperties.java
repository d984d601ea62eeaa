package io.quorate.remote.testing;

/**
 * The settings ZooKeeper's server takes from system properties and from nowhere else; the only place the tests set any.
 *
 * <p>ZooKeeper reads them once for the whole JVM, so they are the same for every server of a test run.
 */
final class ServerProperties {
    private ServerProperties() {}

    static void apply() {
        // The admin server would listen on port 8080 of every interface.
        System.setProperty("zookeeper.admin.enableServer", "false");
        // Commands such as "ruok" are not needed: the fixture looks into the server directly.
        System.setProperty("zookeeper.4lw.commands.whitelist", "");
        System.setProperty("zookeeper.jmx.log4j.disable", "true");
        // A restart within the JVM finds what was written, synced or not; the JVM's death ends the test anyway.
        System.setProperty("zookeeper.forceSync", "no");
        // In KiB; by default every log file begins as 64 MiB of zeros.
        System.setProperty("zookeeper.preAllocSize", "64");
    }
}

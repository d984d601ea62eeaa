import io.quorate.backend.BackendProvider;
import io.quorate.embedded.EmbeddedBackendProvider;

/**
 * The embedded backend: a quorum engine that lives inside the processes it serves.
 */
module io.quorate.backend.embedded {
    requires transitive io.quorate.recipes;
    requires org.slf4j;
    // For members that are watched over JMX: an MBeanServer is a parameter of one method.
    requires transitive java.management;
    requires static transitive org.jspecify;

    // For the testing package alone: needed to compile and run what uses it, and by nobody else.
    requires static transitive org.junit.jupiter.api;

    exports io.quorate.embedded;
    exports io.quorate.embedded.testing;

    provides BackendProvider with
            EmbeddedBackendProvider;
}

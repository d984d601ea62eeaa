/**
 * Coordination recipes over one small backend interface.
 *
 * <p>A backend opens sessions on a coordination service; a recipe needs a session and nothing else, so one recipe runs
 * unchanged on every backend.
 */
module io.quorate.recipes {
    requires org.slf4j;
    // For the codec of JSON and YAML documents; not transitive, or every module that uses this one would need
    // Jackson to compile.
    requires static com.fasterxml.jackson.databind;
    // Annotations only: needed to compile against the library, never to run it.
    requires static transitive org.jspecify;

    exports io.quorate;
    exports io.quorate.backend;
    exports io.quorate.breaker;
    exports io.quorate.config;
    exports io.quorate.config.jackson;
    exports io.quorate.event;
    exports io.quorate.leader;
    exports io.quorate.lease;
    exports io.quorate.lock;

    uses io.quorate.backend.BackendProvider;
}

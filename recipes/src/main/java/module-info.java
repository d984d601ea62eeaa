/**
 * Coordination recipes over one small backend interface.
 *
 * <p>A backend opens sessions on a coordination service; a recipe needs a session and nothing else, so one recipe runs
 * unchanged on every backend.
 */
module io.quorate.recipes {
    requires org.slf4j;
    // For the codec of JSON and YAML documents; an application that has none needs no Jackson.
    requires static transitive com.fasterxml.jackson.databind;
    // Annotations only: needed to compile against the library, never to run it.
    requires static transitive org.jspecify;

    exports io.quorate;
    exports io.quorate.backend;
    exports io.quorate.config;
    exports io.quorate.config.jackson;
    exports io.quorate.event;
    exports io.quorate.leader;
    exports io.quorate.lease;
    exports io.quorate.lock;

    uses io.quorate.backend.BackendProvider;
}

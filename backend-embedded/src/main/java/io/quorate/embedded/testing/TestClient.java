package io.quorate.embedded.testing;

import io.quorate.Quorate;
import io.quorate.embedded.session.EmbeddedBackend;

/**
 * A client that was handed out.
 *
 * @param name what messages call it; its owner name
 * @param quorate the client
 * @param backend what it opens its sessions on, alone
 * @param keeps whether it outlives the test
 */
record TestClient(String name, Quorate quorate, EmbeddedBackend backend, boolean keeps) {

    void close() {
        quorate.close();
        backend.close();
    }
}

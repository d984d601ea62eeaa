package io.quorate.benchmarks;

import io.quorate.Quorate;
import java.io.IOException;
import org.apache.curator.test.TestingServer;
import org.jspecify.annotations.Nullable;

/** One ZooKeeper server that all subjects of a row use. It starts with the first of them and stops with the last. */
final class SharedServer {

    private @Nullable TestingServer server;
    private int users;

    /** Returns Quorate's remote recipes on this server. */
    RecipeService quorate() throws Exception {
        String uri = "zookeeper://" + join() + "/figures";
        return new RecipeService() {
            @Override
            public RecipeClient open(int number) throws InterruptedException {
                return new QuorateClient(Quorate.open(uri));
            }

            @Override
            public void close() throws IOException {
                leave();
            }
        };
    }

    /** Returns Curator's recipes on this server. */
    RecipeService curator() throws Exception {
        return new CuratorService(join(), this::leave);
    }

    private String join() throws Exception {
        TestingServer running = server;
        if (running == null) {
            running = new TestingServer();
            server = running;
        }
        users++;
        return running.getConnectString();
    }

    private void leave() throws IOException {
        if (--users == 0 && server != null) {
            server.close();
            server = null;
        }
    }
}

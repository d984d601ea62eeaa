package io.quorate.remote.testing;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import javax.security.sasl.SaslException;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.QuorumConfigBuilder;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.QuorumPeer.ServerState;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.jspecify.annotations.Nullable;

/** One server of an ensemble, run as ZooKeeper's own main class runs it, on a thread of its own. */
final class EnsembleMember implements ServerNode {
    private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(20);

    private final QuorumConfigBuilder ensemble;
    private final int index;
    private @Nullable Run run;

    EnsembleMember(QuorumConfigBuilder ensemble, int index) {
        this.ensemble = ensemble;
        this.index = index;
    }

    /** One life of the server, from a start to the next stop. */
    private static final class Run extends QuorumPeerMain implements Runnable {
        private final QuorumPeerConfig config;
        private volatile @Nullable QuorumPeer peer;
        private volatile @Nullable Throwable failure;

        Run(QuorumPeerConfig config) {
            this.config = config;
        }

        @Override
        protected QuorumPeer getQuorumPeer() throws SaslException {
            QuorumPeer created = super.getQuorumPeer();
            peer = created;
            return created;
        }

        @Override
        public void run() {
            try {
                runFromConfig(config);
            } catch (Exception | Error e) {
                failure = e;
            }
        }
    }

    private @Nullable Thread thread;

    @Override
    public void start() throws Exception {
        if (run != null) {
            throw new IllegalStateException("server " + index + " runs already: stop it first");
        }
        Run starting = new Run(ensemble.buildConfig(index));
        run = starting;
        thread = new Thread(starting, "zookeeper-server-" + index);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void stop() throws InterruptedException {
        Run stopping = run;
        Thread runner = thread;
        if (stopping == null || runner == null) {
            return;
        }
        run = null;
        thread = null;
        stopping.close();
        runner.join(STOP_MILLIS);
        if (runner.isAlive()) {
            throw new IllegalStateException("server " + index + " did not stop");
        }
    }

    @Override
    public InetSocketAddress address() {
        InstanceSpec spec = ensemble.getInstanceSpec(index);
        return new InetSocketAddress(spec.getHostname(), spec.getPort());
    }

    @Override
    public @Nullable ZooKeeperServer serving() {
        QuorumPeer peer = peer();
        ZooKeeperServer server = peer == null ? null : peer.getActiveServer();
        return server != null && server.isRunning() ? server : null;
    }

    @Override
    public boolean leads() {
        QuorumPeer peer = peer();
        return peer != null && peer.getPeerState() == ServerState.LEADING && serving() != null;
    }

    @Override
    public @Nullable Throwable failure() {
        return run == null ? null : run.failure;
    }

    private @Nullable QuorumPeer peer() {
        return run == null ? null : run.peer;
    }
}

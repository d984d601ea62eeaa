package io.quorate.backend.testing;

import io.quorate.backend.Backend;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.testing.ModelBackend.Bug;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The fixture of the model backend, which can suffer everything but the loss of one member among many. */
public final class ModelFixture implements BackendFixture {

    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private final VirtualTime time;
    private final ModelService service;
    private final ModelBackend backend;

    /** Creates a service that keeps its contract, in a world of its own. */
    public ModelFixture(long seed, Duration jitter) {
        this(new VirtualTime(seed, jitter));
    }

    private ModelFixture(VirtualTime time) {
        this(time, new ModelService(time));
    }

    /** Creates a service that is wrong in one way, to see a test notice. */
    public ModelFixture(long seed, Duration jitter, Bug bug) {
        this(new VirtualTime(seed, jitter), bug);
    }

    private ModelFixture(VirtualTime time, Bug bug) {
        this(time, new ModelService(time, bug));
    }

    private ModelFixture(VirtualTime time, ModelService service) {
        this.time = time;
        this.service = service;
        this.backend = service.newBackend();
    }

    @Override
    public ModelBackend backend() {
        return backend;
    }

    @Override
    public Backend newBackend() {
        return service.newBackend();
    }

    /** Returns the service behind the backends. */
    public ModelService service() {
        return service;
    }

    /** Returns the world that all of it runs in. */
    public VirtualTime time() {
        return time;
    }

    @Override
    public Duration sessionTimeout() {
        return TIMEOUT;
    }

    @Override
    public Optional<VirtualTime> virtualTime() {
        return Optional.of(time);
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        return time.await(future);
    }

    @Override
    public void eventually(BooleanSupplier condition, String what) {
        if (!time.runUntil(condition, VirtualTime.DEFAULT_LIMIT)) {
            throw time.failure(what);
        }
    }

    @Override
    public void concurrently(List<Runnable> tasks) {
        List<Runnable> shuffled = new ArrayList<>(tasks);
        Collections.shuffle(shuffled, new Random(time.random().nextLong()));
        shuffled.forEach(Runnable::run);
    }

    @Override
    public Set<Fault> faults() {
        return EnumSet.allOf(Fault.class);
    }

    @Override
    public void cut(Session session) {
        link(session).cut();
    }

    @Override
    public void hang(Session session) {
        link(session).hang();
    }

    @Override
    public void restore(Session session) {
        link(session).restore();
    }

    @Override
    public void expire(Session session) {
        service.expire(session.id());
    }

    @Override
    public void loseNextReply(Session session) {
        service.requireSession(session.id()).losesNextReply = true;
    }

    @Override
    public void loseNextRequest(Session session) {
        ((ModelSession) session).loseNextRequest();
    }

    @Override
    public void killLeader() {
        service.killLeader();
    }

    @Override
    public void stopService() {
        service.stop();
    }

    @Override
    public void startService() {
        service.start();
    }

    @Override
    public Runnable backUp() {
        return service.backUp();
    }

    @Override
    public void pause(Session session, Duration duration) {
        ((ModelSession) session).scheduler().pause(duration);
    }

    @Override
    public void deleteRaw(Key key) {
        service.deleteRaw(key);
    }

    @Override
    public ServiceState audit() {
        return service.audit();
    }

    /** In a world of one thread, the lanes are what corresponds to the threads of a client. */
    @Override
    public Set<String> clientThreads() {
        Set<String> lanes = new TreeSet<>();
        service.clients().forEach(client -> lanes.addAll(client.liveLanes()));
        return lanes;
    }

    @Override
    public void close() {
        service.start();
        service.clients().forEach(ModelBackend::close);
    }

    private static ModelLink link(Session session) {
        return ((ModelSession) session).link();
    }
}

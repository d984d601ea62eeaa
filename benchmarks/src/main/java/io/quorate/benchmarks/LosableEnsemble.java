package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.embedded.EnsembleConfig;
import io.quorate.embedded.MemberFaults;

/** Three embedded members in memory. */
final class LosableEnsemble implements Losable {

    private static final Key KEY = Key.of("/failover");
    private static final Commit UPDATE =
            Commit.builder().update(KEY, Bytes.of(new byte[100])).build();

    /** How the leader is lost, and comes back. */
    enum Loss {
        KILL,
        STOP,
        PAUSE
    }

    private final Loss loss;
    private final EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(3).start();
    private final MemberFaults members = new MemberFaults(ensemble);
    private final Quorate quorate;
    private int lost;

    private LosableEnsemble(Loss loss) throws InterruptedException {
        this.loss = loss;
        this.quorate = Quorate.open(ensemble.backend());
        quorate.commit(Commit.builder().create(KEY, null).build());
    }

    static Losable.Factory of(Loss loss) {
        return () -> new LosableEnsemble(loss);
    }

    /** Returns the election time-out of the members. */
    static double electionMillis() {
        return EnsembleConfig.inMemory(3).electionTimeout().toMillis();
    }

    @Override
    public void write() throws InterruptedException {
        quorate.commit(UPDATE);
    }

    @Override
    public void lose() {
        lost = members.leader();
        switch (loss) {
            case KILL -> members.kill(lost);
            case STOP -> members.stop(lost);
            case PAUSE -> members.pause(lost);
        }
    }

    @Override
    public void restore() {
        if (loss == Loss.PAUSE) {
            members.resume(lost);
        } else {
            members.restart(lost);
        }
    }

    @Override
    public void close() {
        quorate.close();
        ensemble.close();
    }
}

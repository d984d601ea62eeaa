package io.quorate.embedded.zab;

/** The role of a member that has stopped for good: it does nothing and answers nobody. */
final class Halted extends Role {

    private final String reason;

    Halted(ZabPeer peer, String reason) {
        super(peer);
        this.reason = reason;
    }

    @Override
    RoleName name() {
        return RoleName.HALTED;
    }

    @Override
    Phase phase() {
        return Phase.ELECTION;
    }

    @Override
    long epoch() {
        return 0;
    }

    @Override
    int leader() {
        return 0;
    }

    @Override
    boolean isVoter() {
        return false;
    }

    @Override
    void enter() {
        peer.out().halt(reason);
    }

    @Override
    void leave() {
        throw new IllegalStateException("a halted member stays halted");
    }

    @Override
    void tick() {}

    @Override
    void onConnectionUp(int member) {}

    @Override
    void onConnectionDown(int member) {}

    @Override
    void onSettled(StorageCompletion.Settled c) {}
}

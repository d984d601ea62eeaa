package io.quorate.embedded;

import io.quorate.embedded.member.Member;

/** Stops and starts members of an ensemble, lets them stand still, and looks at what they do. */
public final class MemberFaults {

    private final EmbeddedEnsemble ensemble;

    /** Creates the faults of one ensemble. */
    public MemberFaults(EmbeddedEnsemble ensemble) {
        this.ensemble = ensemble;
    }

    /** Returns the id of the member that leads, once there is one. */
    public int leader() {
        while (true) {
            var leader = ensemble.leader();
            if (leader.isPresent()) {
                return leader.getAsInt();
            }
        }
    }

    /** Ends a member as if its process had died. */
    public void kill(int id) {
        ensemble.kill(id);
    }

    /** Stops a member in good order. */
    public void stop(int id) {
        ensemble.stop(id);
    }

    /** Starts a member that was stopped, and waits until all serve. */
    public void restart(int id) {
        ensemble.start(id);
        awaitAllServe();
    }

    /** Lets a member stand still until {@link #resume}, as if its process got no time. */
    public void pause(int id) {
        ensemble.pause(id);
    }

    /** Lets a member go on, and waits until all serve. */
    public void resume(int id) {
        ensemble.resume(id);
        awaitAllServe();
    }

    /** Returns whether a member is taking a snapshot now. */
    public boolean takesSnapshot(int id) {
        return ensemble.onLoop(() -> ensemble.members().get(id - 1).takesSnapshot());
    }

    private void awaitAllServe() {
        while (!ensemble.onLoop(() -> ensemble.members().stream().allMatch(Member::isServing))) {
            Thread.onSpinWait();
        }
    }
}

package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.tree.Applied;
import io.quorate.embedded.zab.Phase;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.ZabPeer;
import org.jspecify.annotations.Nullable;

/**
 * Whom a member serves in the present epoch: its sessions while it is in the broadcast phase, and the whole ensemble while it
 * leads. Both begin and end with the epoch. Confined to the member's thread.
 */
final class Serving {

    /** Stands for this member where a connection is named. */
    private static final long SELF = 0;

    private final Member member;
    private final Links links;
    private final DiskGuard disk;
    private @Nullable Service service;
    private @Nullable Leadership leadership;
    private long leaderConnection;
    private long version;
    private long lastRequestId;

    Serving(Member member, Links links, DiskGuard disk) {
        this.member = member;
        this.links = links;
        this.disk = disk;
    }

    boolean isServing() {
        return service != null;
    }

    @Nullable
    Service service() {
        return service;
    }

    int sessions() {
        return service == null ? 0 : service.sessions();
    }

    boolean isLeading() {
        return leadership != null;
    }

    boolean takesWrites() {
        return leadership != null && leadership.takesWrites();
    }

    boolean isDrained() {
        return leadership != null && leadership.isDrained();
    }

    long version() {
        return version;
    }

    /** Whoever asked whether the member serves should ask again. */
    void changed() {
        version++;
    }

    // ---- from epoch to epoch

    /** Ends the service of an epoch that is over, and begins that of the present one. */
    void follow(ZabPeer peer) {
        boolean broadcasts = peer.phase() == Phase.BROADCAST
                && (peer.role() == RoleName.LEADING || peer.role() == RoleName.FOLLOWING);
        long epoch = broadcasts ? peer.epoch() : 0;
        long before = service == null ? 0 : service.epoch();
        if (epoch == before) {
            return;
        }
        end();
        if (broadcasts) {
            boolean leads = peer.role() == RoleName.LEADING;
            service = new Service(member, epoch, member.watches(), () -> ++lastRequestId);
            leaderConnection = leads ? SELF : links.to(peer.leader());
            leadership = leads ? new Leadership(member, this) : null;
        }
    }

    /** Ends what depends on the epoch. */
    void end() {
        Service ended = service;
        service = null;
        leadership = null;
        if (ended != null) {
            ended.end();
        }
        changed();
    }

    /** Lets the sessions move to other members; a leader takes no more writes. */
    void drain() {
        if (service != null) {
            service.drain();
        }
        if (leadership != null) {
            leadership.drain();
        }
        changed();
    }

    // ---- stepping

    /** Sends what the sessions ask for, and leads; returns whether there was anything to do. */
    boolean run() {
        boolean worked = sendRequests();
        Leadership leads = leadership;
        return (leads != null && leads.run()) || worked;
    }

    void tick() {
        if (leadership != null) {
            leadership.tick();
        }
    }

    private boolean sendRequests() {
        boolean worked = false;
        while (service != null) {
            PeerMessage request = service.nextRequest();
            if (request == null) {
                return worked;
            }
            worked = true;
            if (leadership != null) {
                leadership.receive(SELF, request);
            } else {
                links.send(leaderConnection, request);
            }
        }
        return worked;
    }

    void receive(long connection, PeerMessage message) {
        if (message instanceof PeerMessage.SpaceLow) {
            disk.followerIsLow(links.memberAt(connection));
        } else if (message instanceof PeerMessage.StateDigest digest) {
            if (leadership != null) {
                leadership.audit(links.memberAt(connection), digest.index(), digest.digest());
            }
        } else if (message instanceof PeerMessage.ToLeader) {
            if (leadership != null) {
                leadership.receive(connection, message);
            }
        } else if (service != null && connection == leaderConnection) {
            fromLeader(service, message);
        }
    }

    private void fromLeader(Service serves, PeerMessage message) {
        if (message instanceof PeerMessage.StorageFull) {
            disk.ensembleIsFull();
        } else if (message instanceof PeerMessage.StandAside) {
            disk.standAside();
        } else if (message instanceof PeerMessage.Diverged diverged) {
            throw DivergedException.at(diverged.index(), diverged.digest(), diverged.certain());
        } else {
            serves.onReply(message);
        }
    }

    /** Tells a member something, as the leader. */
    void tell(int id, PeerMessage message) {
        links.send(links.to(id), message);
    }

    /** Tells the leader something, as a follower. */
    void tellLeader(PeerMessage.ToLeader message) {
        if (leadership == null) {
            links.send(leaderConnection, message);
        }
    }

    /** Tells all members something, as the leader. */
    void tellAll(PeerMessage message) {
        links.sendToAll(message);
    }

    /** Sends a leader's answer to whom it is for. */
    void answer(long connection, PeerMessage message) {
        if (connection != SELF) {
            links.send(connection, message);
        } else if (service != null) {
            service.onReply(message);
        }
    }

    void roundConfirmed(long ticket) {
        if (leadership != null) {
            leadership.roundConfirmed(ticket);
        }
    }

    void expire(long session) {
        if (leadership != null) {
            leadership.expire(session);
        }
    }

    /** Tells of a record that has just been applied. */
    void applied(Applied applied) {
        if (service != null) {
            service.applied(applied);
        }
        if (leadership != null) {
            leadership.applied(applied);
        } else if (DigestAudit.isDue(applied.index())) {
            tellLeader(
                    new PeerMessage.StateDigest(applied.index(), member.state().digest()));
        }
    }
}

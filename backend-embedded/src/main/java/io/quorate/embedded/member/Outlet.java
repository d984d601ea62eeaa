package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.zab.Effects;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.Message;
import io.quorate.embedded.zab.Phase;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.Roster;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what a step of the protocol asks for: sending, storing, applying. */
final class Outlet implements Effects {

    private static final Logger log = LoggerFactory.getLogger(Outlet.class);

    private static final Pattern NUMBERS = Pattern.compile("[0-9]+");
    private static final int MAX_TOLD = 256;

    private final Member member;
    private final Links links;
    private final MemberStore store;
    private final Replica replica;
    private final Inbox inbox;
    /** What was told of members that broke the protocol: each kind once, and there is an end to kinds. */
    private final Set<String> told = new HashSet<>();

    /** The epoch in which this member has led or followed up to now, 0 if there is none. */
    private long established;

    Outlet(Member member, Links links, MemberStore store, Replica replica, Inbox inbox) {
        this.member = member;
        this.links = links;
        this.store = store;
        this.replica = replica;
        this.inbox = inbox;
    }

    // ---- connections

    @Override
    public void send(long connection, Message message) {
        if (message instanceof Message.NewLeader end) {
            // The last message of each synchronization.
            log.info(
                    "member {} has sent member {} what it lacked up to index {} in epoch {}",
                    member.id(),
                    links.memberAt(connection),
                    end.lastIndex(),
                    end.epoch());
        }
        links.send(connection, new PeerMessage.Protocol(message));
    }

    @Override
    public void sendHistory(long connection, long epoch, long from, long to) {
        send(connection, new Message.Propose(epoch, replica.tail().batch(from, to), 0, 0));
    }

    @Override
    public void sendSnapshot(long connection, long epoch, LogPoint point) {
        log.info(
                "member {} sends member {}, which lags too far, a snapshot at {} in epoch {}",
                member.id(),
                links.memberAt(connection),
                point.index(),
                epoch);
        Message end = new Message.Snapshot(epoch, point);
        links.holdBack(connection);
        store.readSnapshot(point, content -> inbox.continueWith(() -> sendSnapshot(connection, point, content, end)));
    }

    private void sendSnapshot(long connection, LogPoint point, Optional<List<byte[]>> content, Message end) {
        if (content.isPresent()) {
            PeerMessage first = new PeerMessage.SnapshotContent(point, content.get());
            links.release(connection, List.of(first, new PeerMessage.Protocol(end)));
        } else {
            log.warn(
                    "member {} does not keep the snapshot at {} any more; the receiver connects anew",
                    member.id(),
                    point);
            links.closeAndTell(connection).forEach(member::add);
        }
    }

    @Override
    public void protocolBroken(int other, String reason) {
        // The same mistake is made with other numbers each time that the two have connected again.
        String kind = other + NUMBERS.matcher(reason).replaceAll("");
        if (told.size() < MAX_TOLD && told.add(kind)) {
            log.warn(
                    "member {} closes its connection to member {}, which broke the protocol: {}",
                    member.id(),
                    other,
                    reason);
        }
    }

    @Override
    public void close(long connection, String reason) {
        log.debug("member {} closes a connection: {}", member.id(), reason);
        links.close(connection);
    }

    // ---- storage

    @Override
    public void settle(long generation) {
        store.settle(generation);
    }

    @Override
    public void append(long generation, RecordBatch records) {
        replica.tail().append(records);
        member.backlog().add(generation, records);
        store.append(generation, records);
    }

    @Override
    public void truncate(long generation, long lastIndex) {
        log.info("member {} drops what was not committed behind index {}", member.id(), lastIndex);
        replica.tail().truncate(lastIndex);
        store.truncate(generation, lastIndex);
    }

    @Override
    public void installSnapshot(long generation, LogPoint point) {
        List<byte[]> content = links.takeSnapshot(links.to(member.peer().leader()));
        if (content == null) {
            throw new IllegalStateException("no content arrived for the snapshot at " + point);
        }
        StateMachine state = replica.install(point, content);
        store.install(generation, new MemberStore.Received(point, state.digest(), new Roster(state.disks()), content));
    }

    @Override
    public void persistPromise(long generation, EpochPromise promise) {
        store.persistPromise(generation, promise);
    }

    // ---- what is committed, and who leads

    @Override
    public void apply(long applied, long through) {
        replica.apply(applied, through, member.serving()::applied);
    }

    @Override
    public void proposed(long ticket, long firstIndex) {
        // The validator was told the index in advance.
    }

    @Override
    public void refused(long ticket) {
        // The role ended while the proposal was under way; its sessions attach anew and send again.
        member.serving().end();
    }

    @Override
    public void roundConfirmed(long ticket, long readIndex) {
        member.serving().roundConfirmed(ticket);
    }

    @Override
    public void roundFailed(long ticket) {
        // The role has ended; whoever waits for the round attaches anew.
    }

    @Override
    public void roleChanged(RoleName role, Phase phase, long epoch, int leader) {
        long end = replica.tail().end();
        if (phase == Phase.BROADCAST) {
            established = epoch;
            if (role == RoleName.LEADING) {
                log.info("member {} leads epoch {}, its log ends at index {}", member.id(), epoch, end);
            } else {
                log.info(
                        "member {} follows member {} in epoch {}, its log ends at index {}",
                        member.id(),
                        leader,
                        epoch,
                        end);
            }
        } else if (role == RoleName.LOOKING && established != 0) {
            log.info(
                    "member {} looks for a leader after epoch {}, its log ends at index {}",
                    member.id(),
                    established,
                    end);
            established = 0;
        } else {
            log.debug("member {} is {} in {}, epoch {}, leader {}", member.id(), role, phase, epoch, leader);
        }
    }

    @Override
    public void handedOver(int successor) {
        member.handedOver(successor);
    }

    @Override
    public void halt(String reason) {
        member.protocolHalted(reason);
    }
}

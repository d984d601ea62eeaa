package io.quorate.embedded;

import io.quorate.embedded.transport.PeerAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * How one member of an ensemble in several processes is set up. All members are told the same cluster, members and kind of
 * security; each is told its own id, directory and perhaps address to bind.
 *
 * @param cluster the name of the cluster: 1 to 64 letters, digits, dots, dashes or underscores; no two clusters that could ever reach
 *     each other may share one
 * @param id which of the members this is
 * @param members where each member is reached, {@code host:port} or {@code [IPv6]:port}, by its id; the ids are 1, 2, … up to 7. A DNS
 *     name is looked up with each attempt to connect
 * @param bind the address to listen on; empty to use this member's own
 * @param directory where this member keeps its data; it is created if it is absent
 * @param bootstrap whether this member may begin a new cluster together with all others, if the directories of all of them are
 *     empty. Without it, an empty directory means that the member has lost its data and gets everything from the others
 * @param security what tells members from strangers
 * @param allowInsecureNetwork whether a {@linkplain MemberSecurity.SharedKey shared key} may protect addresses that are not loopback:
 *     everybody on the way reads and can change what members say
 * @param electionTimeout after how much silence a follower gives its leader up; 50 ms to 30 s
 * @param connectionTimeout how long opening and closing a session wait for an ensemble that does not serve; 1 ms to 1 day
 * @param startTimeout how long {@link EnsembleMember#start()} waits for the recovery of the directory, and stopping for what it holds; 1 ms to
 *     1 day
 * @param snapshotRecords the member takes a snapshot after this many records; positive
 * @param snapshotBytes the member takes a snapshot once the log it keeps in memory has this many bytes; positive
 */
public record MemberConfig(
        String cluster,
        int id,
        Map<Integer, String> members,
        Optional<String> bind,
        Path directory,
        boolean bootstrap,
        MemberSecurity security,
        boolean allowInsecureNetwork,
        Duration electionTimeout,
        Duration connectionTimeout,
        Duration startTimeout,
        int snapshotRecords,
        long snapshotBytes) {

    private static final int MAX_MEMBERS = 7;
    private static final Pattern CLUSTER = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /**
     * Checks the ranges and forms stated above.
     *
     * @throws IllegalArgumentException naming the value that is wrong, and what it should be
     * @throws NullPointerException naming what is missing
     */
    public MemberConfig {
        Objects.requireNonNull(bind, "bind");
        Objects.requireNonNull(security, "security");
        check(
                CLUSTER.matcher(cluster).matches(),
                "cluster must be 1 to 64 letters, digits, dots, dashes or underscores, not \"" + cluster + "\"");
        members = Map.copyOf(members);
        checkMembers(members, id);
        bind.ifPresent(PeerAddress::parse);
        // The ranges of what both kinds of ensemble share.
        EnsembleConfig shared = new EnsembleConfig(
                members.size(),
                Optional.of(directory),
                electionTimeout,
                connectionTimeout,
                startTimeout,
                snapshotRecords,
                snapshotBytes);
        check(shared.members() > 0, "members must not be empty");
        if (security instanceof MemberSecurity.MutualTls tls) {
            check(
                    tls.principals().keySet().equals(members.keySet()),
                    "each of the members " + ids(members.keySet()) + " needs a principal, and nobody else; there are"
                            + " principals of " + ids(tls.principals().keySet()));
            check(
                    tls.principals().values().stream().distinct().count() == members.size(),
                    "no two members may share a principal, or each could take the other's place");
        }
    }

    private static void checkMembers(Map<Integer, String> members, int id) {
        int size = members.size();
        check(size >= 1 && size <= MAX_MEMBERS, "members must be 1 to " + MAX_MEMBERS + ", not " + size);
        for (int member = 1; member <= size; member++) {
            String address = members.get(member);
            if (address == null) {
                throw new IllegalArgumentException(
                        "the ids of members must be 1, 2, … without a hole, not " + ids(members.keySet()));
            }
            PeerAddress parsed = PeerAddress.parse(address);
            check(parsed.port() > 0 || member == id, "member " + member + " needs a port, not 0");
        }
        long distinct =
                members.values().stream().map(PeerAddress::parse).distinct().count();
        check(distinct == size, "no two members may have the same address: " + new TreeMap<>(members));
        check(members.containsKey(id), "id must be one of " + ids(members.keySet()) + ", not " + id);
    }

    private static String ids(Collection<Integer> ids) {
        return ids.stream().sorted().toList().toString();
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /**
     * Returns a configuration with the defaults: bound to the member's own address, no bootstrap, an election time-out of 1 s, a
     * connection time-out of 5 s, a start time-out of 30 s, and a snapshot after 50,000 records or 32 MiB.
     */
    public static MemberConfig of(
            String cluster, int id, Map<Integer, String> members, Path directory, MemberSecurity security) {
        EnsembleConfig base = EnsembleConfig.durable(directory, Math.max(1, Math.min(MAX_MEMBERS, members.size())));
        return new MemberConfig(
                cluster,
                id,
                members,
                Optional.empty(),
                directory,
                false,
                security,
                false,
                base.electionTimeout(),
                base.connectionTimeout(),
                base.startTimeout(),
                base.snapshotRecords(),
                base.snapshotBytes());
    }

    /**
     * Reads a configuration from a file of properties. Its keys are those of the operations page; an unknown one is refused.
     *
     * @throws IllegalArgumentException naming the file, the key, and what is wrong with it
     * @throws IOException if a file cannot be read
     */
    public static MemberConfig load(Path file) throws IOException {
        return MemberProperties.load(file);
    }

    /** Returns this configuration with another permission to begin a new cluster. */
    public MemberConfig withBootstrap(boolean allowed) {
        return changed(draft -> draft.bootstrap = allowed);
    }

    /** Returns this configuration with an address to listen on. */
    public MemberConfig withBind(String address) {
        return changed(draft -> draft.bind = Optional.of(address));
    }

    /** Returns this configuration with other permission to use a shared key beyond this machine. */
    public MemberConfig withAllowInsecureNetwork(boolean allowed) {
        return changed(draft -> draft.allowInsecureNetwork = allowed);
    }

    /** Returns this configuration with another election time-out. */
    public MemberConfig withElectionTimeout(Duration timeout) {
        return changed(draft -> draft.electionTimeout = timeout);
    }

    /** Returns this configuration with another connection time-out. */
    public MemberConfig withConnectionTimeout(Duration timeout) {
        return changed(draft -> draft.connectionTimeout = timeout);
    }

    /** Returns this configuration with another time limit for starting and stopping. */
    public MemberConfig withStartTimeout(Duration timeout) {
        return changed(draft -> draft.startTimeout = timeout);
    }

    /** Returns this configuration with snapshots after other numbers of records and bytes. */
    public MemberConfig withSnapshots(int records, long bytes) {
        return changed(draft -> {
            draft.snapshotRecords = records;
            draft.snapshotBytes = bytes;
        });
    }

    /** A configuration on its way from one to the next. */
    private static final class Draft {
        private final MemberConfig from;
        private Optional<String> bind;
        private boolean bootstrap;
        private boolean allowInsecureNetwork;
        private Duration electionTimeout;
        private Duration connectionTimeout;
        private Duration startTimeout;
        private int snapshotRecords;
        private long snapshotBytes;

        Draft(MemberConfig from) {
            this.from = from;
            this.bind = from.bind;
            this.bootstrap = from.bootstrap;
            this.allowInsecureNetwork = from.allowInsecureNetwork;
            this.electionTimeout = from.electionTimeout;
            this.connectionTimeout = from.connectionTimeout;
            this.startTimeout = from.startTimeout;
            this.snapshotRecords = from.snapshotRecords;
            this.snapshotBytes = from.snapshotBytes;
        }

        MemberConfig finished() {
            return new MemberConfig(
                    from.cluster,
                    from.id,
                    from.members,
                    bind,
                    from.directory,
                    bootstrap,
                    from.security,
                    allowInsecureNetwork,
                    electionTimeout,
                    connectionTimeout,
                    startTimeout,
                    snapshotRecords,
                    snapshotBytes);
        }
    }

    private MemberConfig changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** Returns the address to listen on. */
    PeerAddress listenAddress() {
        return PeerAddress.parse(bind.orElseGet(() -> String.valueOf(members.get(id))));
    }

    /** Returns where each member is reached. */
    Map<Integer, PeerAddress> addresses() {
        Map<Integer, PeerAddress> addresses = new TreeMap<>();
        members.forEach((member, address) -> addresses.put(member, PeerAddress.parse(address)));
        return addresses;
    }
}

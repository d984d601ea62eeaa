package io.quorate.embedded.sim;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.tree.SessionView;
import io.quorate.embedded.tree.TreeLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whole members with their storage, state and clients, for scripts that begin with {@code engine}. */
final class EngineStage implements Sweepable {

    private static final Pattern NOTEWORTHY = Pattern.compile(
            "(session|told|batch|dies|power cut|process death|halted|stopped|  (truncate|install|keep|recovered|storage"
                    + "|send (Diff|Truncate|Snapshot))).*");

    private final Planted planted;
    private final List<String> output;
    private final Map<String, EngineClient> clients = new TreeMap<>();
    private @Nullable EngineWorld world;
    private boolean tracing = true;

    EngineStage(Planted planted, List<String> output) {
        this.planted = planted;
        this.output = output;
    }

    @Override
    public void execute(String[] words) {
        perform(words);
        if (world != null) {
            world.throwPending();
        }
    }

    private void perform(String[] words) {
        switch (words[0]) {
            // engine 3: starts so many members; snapshots=20 lets them take a snapshot after so many records, owned=300
            // bounds the bytes of the paths that a session may own, full lets disks fail or fill up
            case "engine" -> start(words);
            // run 100: lets 100 ms pass
            case "run" -> world().timeline().runFor((long) (Double.parseDouble(words[1]) * 1_000));
            // open c1 500: a client opens a session with a time-out of 500 ms
            case "open" -> open(words[1], Long.parseLong(words[2]));
            // commit c1 create /a x + own /b y + update /c z + delete /d: one commit; ... x1000 fills a value up
            case "commit" -> on(words[1], (session, record) -> record.commit(session, commit(words)));
            // get c1 /a: any state; get c1 /a latest; list c1 /a; subtree c1 /a
            case "get" -> on(words[1], (session, record) -> record.get(session, Key.of(words[2]), mode(words)));
            case "list" ->
                on(words[1], (session, record) -> record.list(session, Key.of(words[2]), Content.ENTRIES, Read.LATEST));
            case "subtree" -> on(words[1], (session, record) -> record.snapshot(session, Key.of(words[2])));
            // watch c1 /a: the entries at and below /a
            case "watch" -> client(words[1]).watch(Key.of(words[2]), Scope.SUBTREE);
            // enqueue c1 /q: takes a ticket
            case "enqueue" ->
                on(words[1], (session, record) -> record.enqueue(session, Key.of(words[2]), ticket -> {}));
            case "close" -> client(words[1]).close();
            // leave c1: its connection breaks until return c1; stall c1: it says nothing until wake c1; die c1: for
            // ever
            case "leave" -> client(words[1]).process().cut();
            case "return" -> client(words[1]).process().restore();
            case "stall" -> client(words[1]).process().pause();
            case "wake" -> client(words[1]).process().resume();
            case "die" -> client(words[1]).process().die();
            // losereply c1: the connection breaks when the next write is answered, before the answer arrives
            case "losereply" -> client(words[1]).process().loseNextReply();
            // isolate 1: blocks all links of member 1; rejoin 1 undoes it
            case "isolate" -> allLinks(words[1], true);
            case "rejoin" -> allLinks(words[1], false);
            // crash 1, or crash all: cuts the power; restart 1, or all: starts again from what the disk holds; stop 1:
            // in good
            // order; doom 1 5: the power is cut after so many effects
            case "crash" -> members(words[1]).forEach(node -> node.die(true, true));
            case "restart" -> members(words[1]).forEach(EngineNode::start);
            case "stop" -> node(words[1]).stop();
            case "doom" -> node(words[1]).dieAfterEffects(Integer.parseInt(words[2]));
            // hold 1: nothing becomes durable at member 1 until release 1; fail 1: its next fsync fails
            case "hold" -> node(words[1]).holdDisk();
            case "release" -> node(words[1]).releaseDisk();
            case "fail" -> failStorage(node(words[1]));
            case "wipe" -> node(words[1]).replaceDisk();
            // quiet, loud: whether what happens is printed
            case "quiet" -> tracing = false;
            case "loud" -> tracing = true;
            // show: prints the state of all members; tree 1: the entries and sessions of member 1; files 1: its files
            case "show" -> output.addAll(world().describe().subList(0, world().nodes().length));
            case "tree" -> members(words[1]).forEach(this::showTree);
            case "files" -> members(words[1]).forEach(this::showFiles);
            // check: compares what clients were told with the committed history
            case "check" -> check();
            default -> throw new IllegalArgumentException("no such command: " + words[0]);
        }
    }

    private EngineWorld world() {
        EngineWorld running = world;
        if (running == null) {
            throw new IllegalArgumentException("the command engine comes first");
        }
        return running;
    }

    private static int option(String[] words, String name, int otherwise) {
        for (String word : words) {
            if (word.startsWith(name + "=")) {
                return Integer.parseInt(word.substring(name.length() + 1));
            }
        }
        return otherwise;
    }

    private void start(String[] words) {
        EngineWorld fresh = new EngineWorld(
                Integer.parseInt(words[1]),
                SimulatedEnsemble.Times.USUAL,
                option(words, "snapshots", 100_000),
                Pace.STEADY,
                new SimRandom(1),
                0,
                planted.runtime());
        world = fresh;
        fresh.plant(planted.machine());
        TreeLimits usual = fresh.limits();
        fresh.limit(new TreeLimits(
                usual.dataBytes(),
                usual.commitSize(),
                usual.txnBytes(),
                usual.children(),
                usual.nodes(),
                usual.totalBytes(),
                usual.sessions(),
                usual.ephemerals(),
                option(words, "owned", usual.ephemeralPathBytes()),
                usual.results()));
        fresh.trace(this::note);
        for (EngineNode node : fresh.nodes()) {
            node.start();
            tickLater(node);
        }
    }

    private void tickLater(EngineNode node) {
        world().timeline().after(EngineWorld.TICK, () -> {
            tickLater(node);
            node.tick();
        });
    }

    private void note(String line) {
        String rest = line.substring(line.indexOf(' ', 10) + 1);
        if (tracing && NOTEWORTHY.matcher(rest).matches()) {
            String time = line.substring(0, 9).strip();
            output.add(Long.parseLong(time) / 1_000 + "ms " + line.substring(10));
        }
    }

    // ---- members

    private EngineNode node(String member) {
        return world().nodes()[Integer.parseInt(member) - 1];
    }

    private List<EngineNode> members(String which) {
        return which.equals("all") ? List.of(world().nodes()) : List.of(node(which));
    }

    private void allLinks(String member, boolean block) {
        int position = Integer.parseInt(member) - 1;
        for (int other = 0; other < world().nodes().length; other++) {
            if (other != position && block) {
                world().network().block(position, other);
                world().network().block(other, position);
            } else if (other != position) {
                world().network().unblock(position, other);
                world().network().unblock(other, position);
            }
        }
    }

    private void failStorage(EngineNode node) {
        world().letStorageFail();
        node.failNextForce();
    }

    private void showFiles(EngineNode node) {
        output.add("files " + node.id() + ": " + String.join(" ", node.files().list()));
    }

    private void showTree(EngineNode node) {
        if (!node.hasPeer()) {
            output.add("tree " + node.id() + ": down");
            return;
        }
        Member member = node.member();
        StringBuilder line = new StringBuilder("tree " + node.id() + " at " + member.applied() + ": sessions "
                + member.state().sessions().stream().map(SessionView::id).toList());
        member.state().visit(Key.ROOT, entry -> line.append(entry.key().isRoot() ? "" : " " + shown(entry)));
        output.add(line.toString());
    }

    private static String shown(Entry entry) {
        Bytes value = entry.value();
        String text = value == null ? "" : value.utf8();
        return entry.key() + "=" + (text.length() > 12 ? text.length() + " bytes" : text)
                + (entry.owner() == null ? "" : " of " + entry.owner());
    }

    private void check() {
        clients.values().forEach(EngineClient::checkOutcomes);
        world().oracle().state().checkInvariants();
        world().oracle().checkOwners();
        output.add("clients were told the truth; committed " + world().oracle().lastIndex());
    }

    // ---- the sweep

    @Override
    public void doom(int member, int effects) {
        world().nodes()[member - 1].dieAfterEffects(effects);
    }

    @Override
    public boolean hasStruck() {
        return world().sometimes().of(Sometimes.POWER_CUT_BETWEEN_EFFECTS) > 0;
    }

    @Override
    public void expectRecovery() {
        for (EngineNode node : world().nodes()) {
            node.dieAfterEffects(-1);
            node.releaseDisk();
            node.resume();
            if (!node.isUp()) {
                node.start();
            }
            allLinks(String.valueOf(node.id()), false);
        }
        clients.values().forEach(EngineClient::retire);
        world().timeline().runFor(2_500_000);
        world().throwPending();
        clients.values().forEach(EngineClient::checkOutcomes);
        world().oracle().checkOwners();
        long committed = world().oracle().lastIndex();
        for (EngineNode node : world().nodes()) {
            if (node.applied() != committed || world().leader() == null || !node.servesNobody()) {
                throw new PropertyViolated("Recovery", "committed is " + committed + ", but " + world().describe());
            }
        }
        if (!world().oracle().state().sessions().isEmpty()) {
            throw new PropertyViolated("Recovery", "sessions are left: " + world().describe());
        }
    }

    // ---- clients

    private EngineClient client(String name) {
        EngineClient client = clients.get(name);
        if (client == null) {
            throw new IllegalArgumentException("no such client: " + name);
        }
        return client;
    }

    private void open(String name, long timeout) {
        EngineClient client = clients.get(name);
        if (client == null) {
            client = new EngineClient(
                    world(), Integer.parseInt(name.substring(1)), world().newClock(0), Duration.ofMillis(timeout), 2);
            clients.put(name, client);
        }
        client.open();
        client.process().planRun();
    }

    private void on(String name, BiConsumer<Session, SessionRecord> action) {
        client(name).perform(action);
    }

    private static Read mode(String[] words) {
        return words.length > 3 ? Read.LATEST : Read.ANY;
    }

    private static Commit commit(String[] words) {
        Commit.Builder commit = Commit.builder();
        for (int at = 2; at < words.length; at++) {
            switch (words[at]) {
                case "create" -> commit.create(Key.of(words[++at]), value(words[++at]));
                case "own" -> commit.createOwned(Key.of(words[++at]), value(words[++at]));
                case "update" -> commit.update(Key.of(words[++at]), value(words[++at]));
                case "delete" -> commit.delete(Key.of(words[++at]));
                case "+" -> {}
                default -> throw new IllegalArgumentException("no such operation: " + words[at]);
            }
        }
        return commit.build();
    }

    /** A word, or so many of one letter: {@code x*1000}. */
    private static Bytes value(String word) {
        int star = word.indexOf('*');
        String text = star < 0 ? word : word.substring(0, star).repeat(Integer.parseInt(word.substring(star + 1)));
        return Bytes.utf8(text);
    }
}

package io.quorate.embedded.sim;

import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.PlantedPeers;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The protocol core of some members, for scripts that begin with {@code ensemble}. */
final class CoreStage implements Sweepable {

    private static final Pattern NOTEWORTHY = Pattern.compile(
            "  (LEADING|FOLLOWING|LOOKING|HALTED|truncate|install|halt|handed|send (Diff|Truncate|Snapshot)"
                    + "|send Admit|send Replaced|send AckEpoch.counted=false).*");

    private final Planted planted;
    private final List<String> output;
    private @Nullable SimulatedEnsemble ensemble;
    private boolean tracing = true;

    CoreStage(Planted planted, List<String> output) {
        this.planted = planted;
        this.output = output;
    }

    @Override
    public void execute(String[] words) {
        switch (words[0]) {
            // ensemble 3: starts so many members, and runs until they have a leader
            case "ensemble" -> start(Integer.parseInt(words[1]));
            // run 100: lets 100 ms pass; run 1.5 is possible
            case "run" -> world().timeline().runFor((long) (Double.parseDouble(words[1]) * 1_000));
            // propose 3 2: clients propose two transactions at member 3
            case "propose" -> world().clients().propose(node(words[1]), Integer.parseInt(words[2]));
            // read 3: a client begins a quorum round at member 3
            case "read" -> world().clients().read(node(words[1]));
            // block 1->2: holds back what member 1 sends to member 2
            case "block" -> link(words[1], true);
            // unblock 1->2
            case "unblock" -> link(words[1], false);
            // isolate 1: blocks all links of member 1; rejoin 1 undoes it
            case "isolate" -> allLinks(words[1], true);
            case "rejoin" -> allLinks(words[1], false);
            // chain: members reach their neighbours only; bridge: the middle one reaches all, the two sides only it
            case "chain" -> topology(true);
            case "bridge" -> topology(false);
            // cut 1 2: loses the connection
            case "cut" -> world().network().cut(position(words[1]), position(words[2]));
            // crash 1: cuts the power; restart 1: starts again from what the disk holds
            case "crash" -> node(words[1]).crash(true);
            case "restart" -> node(words[1]).start();
            // hold 1: nothing becomes durable at member 1 until release 1
            case "hold" -> node(words[1]).disk().hold();
            case "release" -> node(words[1]).disk().release();
            // fail 1: the next storage operation of member 1 fails
            case "fail" -> failStorage(node(words[1]));
            // wipe 1: the disk of member 1, which is down, is replaced by an empty one
            case "wipe" -> world().wipe(node(words[1]));
            // exchange 1: member 1, which is down, gets the disk back that it had before the present one
            case "exchange" -> exchangeDisk(node(words[1]));
            case "pause" -> node(words[1]).pause();
            case "resume" -> node(words[1]).resume();
            // snapshot 1 5: member 1 takes a snapshot and drops its log up to index 5
            case "snapshot" -> node(words[1]).takeSnapshot(Long.parseLong(words[2]));
            case "handover" -> node(words[1]).deliver(new Event.HandOver());
            // quiet, loud: whether what members do is printed
            case "quiet" -> tracing = false;
            case "loud" -> tracing = true;
            // show: prints the state of all members; log 1: prints what the disk of member 1 holds
            case "show" -> output.addAll(world().describe());
            case "log" -> showLog(node(words[1]));
            // check: compares what clients were told with the committed history
            case "check" -> check();
            default -> throw new IllegalArgumentException("no such command: " + words[0]);
        }
    }

    private void start(int members) {
        SimulatedEnsemble fresh = new SimulatedEnsemble(
                members,
                SimulatedEnsemble.Times.USUAL,
                Pace.STEADY,
                planted.disk(),
                (config, applied) -> PlantedPeers.create(config, applied, planted.protocol(), elected -> elected));
        fresh.trace(this::note);
        ensemble = fresh;
        fresh.start(() -> SimulatedEnsemble.TICK);
    }

    private void note(String line) {
        String time = line.substring(0, 9).strip();
        String rest = line.substring(12);
        if (tracing && NOTEWORTHY.matcher(rest).matches()) {
            output.add(Long.parseLong(time) / 1_000 + "ms " + line.charAt(10) + rest.substring(1));
        }
    }

    private void exchangeDisk(SimNode node) {
        world().exchange(node, node.disk().shelved() - 1);
    }

    private void failStorage(SimNode node) {
        world().storageMayFail();
        node.disk().failNext();
    }

    private void link(String arrow, boolean block) {
        int from = position(arrow.substring(0, 1));
        int to = position(arrow.substring(3));
        setLink(from, to, block);
    }

    private void setLink(int from, int to, boolean block) {
        if (block) {
            world().network().block(from, to);
        } else {
            world().network().unblock(from, to);
        }
    }

    private void allLinks(String member, boolean block) {
        int position = position(member);
        for (int other = 0; other < world().nodes().length; other++) {
            if (other != position) {
                setLink(position, other, block);
                setLink(other, position, block);
            }
        }
    }

    private void topology(boolean chain) {
        int members = world().nodes().length;
        int middle = members / 2;
        for (int a = 0; a < members; a++) {
            for (int b = 0; b < members; b++) {
                boolean linked =
                        chain ? Math.abs(a - b) == 1 : a == middle || b == middle || (a < middle) == (b < middle);
                if (a != b && !linked) {
                    world().network().block(a, b);
                }
            }
        }
    }

    private void showLog(SimNode node) {
        LogPoint base = node.disk().base();
        StringBuilder line = new StringBuilder("log " + node.id() + ":" + (base.index() > 0 ? " snapshot" + base : ""));
        node.disk().records().forEach(record -> line.append(' ').append(record));
        output.add(line.toString());
    }

    private void check() {
        world().clients().checkAll();
        output.add(
                "clients were told the truth; committed " + world().committed().lastIndex());
    }

    // ---- the sweep

    @Override
    public void doom(int member, int effects) {
        world().nodes()[member - 1].crashAfterEffects(effects);
    }

    @Override
    public boolean hasStruck() {
        return world().rare().of(Rare.CRASH_BETWEEN_EFFECTS) > 0;
    }

    @Override
    public void expectRecovery() {
        SimNode[] nodes = world().nodes();
        world().onReplaced(node -> {
            exchangeDisk(node);
            node.start();
        });
        for (SimNode node : nodes) {
            node.crashAfterEffects(-1);
            node.disk().release();
            node.disk().recover();
            node.resume();
            if (!node.isUp()) {
                node.start();
            }
            allLinks(String.valueOf(node.id()), false);
        }
        world().timeline().runFor(1_000_000);
        for (SimNode node : nodes) {
            world().clients().propose(node, 1);
        }
        world().timeline().runFor(200_000);
        world().clients().checkAll();
        long committed = world().committed().lastIndex();
        for (SimNode node : nodes) {
            if (node.applied() != committed || world().leader() == null) {
                throw new PropertyViolated("Recovery", "committed is " + committed + ", but " + world().describe());
            }
        }
    }

    private SimulatedEnsemble world() {
        SimulatedEnsemble running = ensemble;
        if (running == null) {
            throw new IllegalArgumentException("a script begins with the command ensemble");
        }
        return running;
    }

    private int position(String member) {
        return Integer.parseInt(member) - 1;
    }

    private SimNode node(String member) {
        return world().nodes()[position(member)];
    }
}

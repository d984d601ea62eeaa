package io.quorate.embedded.zab;

import java.util.ArrayList;
import java.util.List;

/** Writes down the effects of a peer, each as one line; messages also as they are. */
final class RecordingEffects implements Effects {

    final List<String> lines = new ArrayList<>();
    final List<Message> sent = new ArrayList<>();
    final List<LogRecord> appended = new ArrayList<>();
    long generation;

    void clear() {
        lines.clear();
        sent.clear();
    }

    /** The messages of a kind sent since the last {@link #clear}. */
    <M extends Message> List<M> sent(Class<M> kind) {
        return sent.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    boolean has(String prefix) {
        return lines.stream().anyMatch(line -> line.startsWith(prefix));
    }

    @Override
    public void send(long connection, Message message) {
        lines.add("send " + connection + " " + message);
        sent.add(message);
    }

    @Override
    public void sendHistory(long connection, long epoch, long from, long to) {
        lines.add("history " + connection + " " + from + ".." + to);
    }

    @Override
    public void sendSnapshot(long connection, long epoch, LogPoint point) {
        lines.add("snapshot " + connection + " " + point);
    }

    @Override
    public void close(long connection, String reason) {
        lines.add("close " + connection + " " + reason);
    }

    @Override
    public void settle(long newGeneration) {
        generation = newGeneration;
        lines.add("settle");
    }

    @Override
    public void append(long newGeneration, RecordBatch records) {
        generation = newGeneration;
        for (int i = 0; i < records.size(); i++) {
            appended.add(records.get(i));
        }
        lines.add("append " + records);
    }

    @Override
    public void truncate(long newGeneration, long lastIndex) {
        generation = newGeneration;
        lines.add("truncate " + lastIndex);
    }

    @Override
    public void installSnapshot(long newGeneration, LogPoint point) {
        generation = newGeneration;
        lines.add("install " + point);
    }

    @Override
    public void persistPromise(long newGeneration, EpochPromise promise) {
        generation = newGeneration;
        lines.add("promise " + promise.epoch());
    }

    @Override
    public void apply(long applied, long through) {
        lines.add("apply " + (applied + 1) + ".." + through);
    }

    @Override
    public void proposed(long ticket, long firstIndex) {
        lines.add("proposed " + ticket + " " + firstIndex);
    }

    @Override
    public void refused(long ticket) {
        lines.add("refused " + ticket);
    }

    @Override
    public void roundConfirmed(long ticket, long readIndex) {
        lines.add("confirmed " + ticket + " " + readIndex);
    }

    @Override
    public void roundFailed(long ticket) {
        lines.add("failed " + ticket);
    }

    @Override
    public void roleChanged(RoleName role, Phase phase, long epoch, int leader) {
        lines.add(role + " " + phase);
    }

    @Override
    public void handedOver(int successor) {
        lines.add("handed over " + successor);
    }

    @Override
    public void halt(String reason) {
        lines.add("halt " + reason);
    }
}

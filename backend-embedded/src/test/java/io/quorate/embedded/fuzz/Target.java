package io.quorate.embedded.fuzz;

import io.quorate.embedded.ConfigInputs;
import io.quorate.embedded.log.LogInputs;
import io.quorate.embedded.member.DirectoryInputs;
import io.quorate.embedded.transport.TransportInputs;
import io.quorate.embedded.tree.TreeInputs;
import java.util.function.Consumer;

/** Something that reads bytes which anybody may have written. It fails if it throws anything at all. */
enum Target {
    FRAMES(TransportInputs::frames),
    MESSAGE(TransportInputs::message),
    STREAM(TransportInputs::stream),
    ACCEPTOR(TransportInputs::acceptor),
    DIALER(TransportInputs::dialer),
    TXN(TreeInputs::txn),
    REQUEST(TreeInputs::request),
    ANSWER(TreeInputs::answer),
    TREE_SNAPSHOT(TreeInputs::snapshot),
    META(LogInputs::meta),
    SEGMENT_HEADER(LogInputs::segmentHeader),
    RECORD(LogInputs::record),
    SNAPSHOT_FILE(LogInputs::snapshotFile),
    DIRECTORY(LogInputs::directory),
    ENSEMBLE_FILE(DirectoryInputs::ensembleFile),
    PROPERTIES(ConfigInputs::properties),
    KEY_FILE(ConfigInputs::key);

    @SuppressWarnings("ImmutableEnumChecker") // The functions have no state.
    private final Consumer<byte[]> reader;

    Target(Consumer<byte[]> reader) {
        this.reader = reader;
    }

    void read(byte[] input) {
        reader.accept(input);
    }
}

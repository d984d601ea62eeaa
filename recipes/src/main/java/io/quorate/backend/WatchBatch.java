package io.quorate.backend;

import java.util.List;

/**
 * What brings a watch's view from one true state to a later one.
 *
 * @param revision a revision at which the view, with this batch applied, is exactly the truth. It rises from batch to
 *     batch; only an empty batch after a gap may repeat it. A prefix under which nothing has ever existed is reported
 *     with revision 0.
 * @param initial whether this is the first batch, which carries the whole state; it comes even if that is empty
 * @param gap whether notifications were missed before this batch (a reconnection, a compaction, an overflow). It makes
 *     up for them: this is information, not a call for action.
 * @param changes the differences, each key at most once; empty only in an initial batch or one after a gap
 */
public record WatchBatch(long revision, boolean initial, boolean gap, List<Change> changes) {

    /** Copies the list. */
    public WatchBatch {
        changes = List.copyOf(changes);
    }
}

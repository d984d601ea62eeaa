package io.quorate.backend;

/** One difference between a watch's view before a batch and after it. */
public sealed interface Change {

    /** Returns the key that changed. */
    Key key();

    /**
     * An entry that is new, or was modified, or was deleted and created anew.
     *
     * @param entry the entry as it is now
     */
    record Put(Entry entry) implements Change {
        @Override
        public Key key() {
            return entry.key();
        }
    }

    /**
     * An entry that is gone. In a batch after a gap it may be one that came and went within the gap, so that the view
     * never had it.
     *
     * @param key its key
     */
    record Removed(Key key) implements Change {}

    /**
     * A ticket that is in the queue now.
     *
     * @param place its place
     */
    record Joined(QueueEntry place) implements Change {
        @Override
        public Key key() {
            return place.key();
        }
    }

    /**
     * A ticket that has left the queue for good.
     *
     * @param place its place
     */
    record Left(QueueEntry place) implements Change {
        @Override
        public Key key() {
            return place.key();
        }
    }
}

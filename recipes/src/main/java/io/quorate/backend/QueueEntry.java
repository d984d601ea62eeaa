package io.quorate.backend;

/**
 * A place in a queue, as everybody sees it.
 *
 * @param key the ticket's key, unique for ever
 * @param name the last segment of the key, taken apart
 */
public record QueueEntry(Key key, TicketName name) {

    /** Checks that the name belongs to the key. */
    public QueueEntry {
        if (!key.name().equals(name.toString())) {
            throw new IllegalArgumentException(key + " does not end with " + name);
        }
    }

    /** Returns the label that was given to {@link Session#enqueue}. */
    public String label() {
        return name.label();
    }
}

package io.quorate.event;

/** A configuration has changed, or a change was refused. */
public sealed interface ConfigEvent {

    /** Returns the family of the configuration's name. */
    String family();

    /**
     * A snapshot became the current one.
     *
     * @param revision its revision
     * @param origin where it came from: the name of a constant of the config package
     */
    record Adopted(String family, long revision, String origin) implements ConfigEvent {}

    /**
     * A snapshot was not decodable or not valid, and the last good one stays.
     *
     * @param revision the refused revision
     * @param kept the revision that stays, or -1 if there is none
     * @param reason why, in words; it may repeat a value that does not decode, but never that of a secret
     */
    record Rejected(String family, long revision, long kept, String reason) implements ConfigEvent {}
}

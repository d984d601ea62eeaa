package io.quorate.embedded.process;

/**
 * A lease that was held for sure.
 *
 * @param holder which process held it
 * @param token its fencing token, or the term of a leader
 * @param from when it was held first, as far as is known
 * @param to when it was held last, as far as is known; before {@code from} if that is for no time
 */
record Held(String holder, long token, long from, long to) {}

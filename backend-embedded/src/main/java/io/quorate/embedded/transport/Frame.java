package io.quorate.embedded.transport;

import java.nio.ByteBuffer;

/**
 * A frame whose length, checksum, version and identity are right.
 *
 * @param type its type
 * @param epoch the epoch it belongs to
 * @param body its content, which is overwritten by the next frame
 */
record Frame(int type, long epoch, ByteBuffer body) {}

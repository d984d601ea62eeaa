package io.quorate.embedded.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The 64-bit hashes whose sum is the digest of the state.
 *
 * <p>A sum does not depend on an order, so the digest is kept up to date by subtracting what a part was and adding what
 * it has become. It finds faults, not forgeries. The fields of a part are combined by a multilinear hash (a random
 * odd factor for each), in which a change of any one field always shows, and then mixed by the finalizer of SplitMix64.
 */
final class Digest {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long K0 = 0x9E3779B97F4A7C15L;
    private static final long K1 = 0xD6E8FEB86659FD93L;
    private static final long K2 = 0xA0761D6478BD642FL;
    private static final long K3 = 0xE7037ED1A0B428DBL;
    private static final long K4 = 0x8EBC6AF09C88C6E3L;
    private static final long K5 = 0x589965CC75374CC3L;
    private static final long K6 = 0x1D8E4E27C47D124FL;
    private static final long K7 = 0xEB44ACCAB455D165L;
    private static final long K8 = 0xC2B2AE3D27D4EB4FL;
    private static final long K9 = 0x165667B19E3779F9L;
    private static final long K10 = 0x85EBCA77C2B2AE63L;
    private static final long K11 = 0x27D4EB2F165667C5L;
    private static final long K12 = 0x94D049BB133111EBL;
    private static final long K13 = 0xBF58476D1CE4E5B9L;

    private Digest() {}

    static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Hashes a text, four characters at a time. */
    static long text(long seed, String text) {
        long hash = seed * K0 + text.length();
        int i = 0;
        for (; i <= text.length() - 4; i += 4) {
            long four = text.charAt(i)
                    | ((long) text.charAt(i + 1) << 16)
                    | ((long) text.charAt(i + 2) << 32)
                    | ((long) text.charAt(i + 3) << 48);
            hash = (hash ^ four) * K1;
            hash ^= hash >>> 29;
        }
        for (; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * K1;
            hash ^= hash >>> 29;
        }
        return mix(hash);
    }

    /** Returns the hash of everything about a node except its value. */
    static long metadata(Znode node, Rules rules) {
        Children children = node.children;
        long hash = node.pathHash * K0
                + node.czxid * K1
                + node.mzxid * K2
                + (rules.digestsPzxid() ? node.pzxid * K3 : 0)
                + node.ctime * K4
                + node.mtime * K5
                + node.owner * K6
                + node.version * K7
                + node.aversion * K8
                + node.kind.number() * K9
                + (node.data == null ? -1 : node.data.length) * K10;
        if (children != null) {
            hash += children.cversion * K11 + children.sequence * K12 + children.count * K13;
        }
        return mix(hash);
    }

    /** Returns the hash of a node's value; 0 for none and for an empty one, which the metadata tells apart. */
    static long value(Znode node) {
        byte[] data = node.data;
        return data == null || data.length == 0 ? 0 : bytes(node.pathHash, data);
    }

    static long session(SessionRecord session) {
        return mix(session.id * K0
                + session.timeoutMillis * K1
                + session.openedAtMillis * K2
                + session.lastOperation * K3
                + session.acknowledged * K4
                + session.identityHash);
    }

    static long disk(int member, long disk) {
        return mix(member * K10 + disk * K11);
    }

    /** Returns the hash of what never changes about a session and is no number. */
    static long identity(byte[] password, String ownerName) {
        return text(bytes(K5, password), ownerName);
    }

    static long result(long session, long operation, long index, Result result) {
        return mix(session * K6 + operation * K7 + index * K8 + ResultCodec.hash(result) * K9);
    }

    /** Hashes bytes in two chains, which the processor follows side by side. */
    private static long bytes(long seed, byte[] bytes) {
        long even = seed * K0 + bytes.length;
        long odd = K3;
        int i = 0;
        for (; i <= bytes.length - 2 * Long.BYTES; i += 2 * Long.BYTES) {
            even = (even ^ (long) LONGS.get(bytes, i)) * K1;
            odd = (odd ^ (long) LONGS.get(bytes, i + Long.BYTES)) * K2;
            even ^= even >>> 29;
            odd ^= odd >>> 31;
        }
        for (; i < bytes.length; i++) {
            even = (even ^ (bytes[i] & 0xFF)) * K2;
            even ^= even >>> 29;
        }
        return mix(even + mix(odd));
    }
}

package io.quorate.embedded.tree;

import java.util.ArrayList;
import java.util.List;

/** Results as bytes and as a 64-bit hash: those that are part of the state, because they answer an operation. */
final class ResultCodec {

    private static final int DONE = 0;
    private static final int CREATED = 1;
    private static final int DEQUEUED = 2;
    private static final int FAILED = 3;
    private static final int LIMIT_EXCEEDED = 4;

    private ResultCodec() {}

    static void write(BinaryOutput output, Result result) {
        if (result instanceof Result.Done) {
            output.octet(DONE);
        } else if (result instanceof Result.Created created) {
            output.octet(CREATED);
            output.number(created.paths().size());
            created.paths().forEach(output::text);
        } else if (result instanceof Result.Dequeued dequeued) {
            output.octet(DEQUEUED);
            output.flag(dequeued.existed());
        } else if (result instanceof Result.Failed failed) {
            output.octet(FAILED);
            output.octet(failed.reason().number());
            output.number(failed.position());
        } else if (result instanceof Result.LimitExceeded exceeded) {
            output.octet(LIMIT_EXCEEDED);
            output.octet(exceeded.limit().number());
            output.number(exceeded.position());
            output.number(exceeded.bound());
            output.number(exceeded.actual());
        } else {
            throw new IllegalArgumentException("not a result of a transaction: " + result);
        }
    }

    static Result read(BinaryInput input) {
        int type = input.octet();
        return switch (type) {
            case DONE -> Result.Done.INSTANCE;
            case CREATED -> readCreated(input);
            case DEQUEUED -> new Result.Dequeued(input.flag());
            case FAILED -> new Result.Failed(Result.Reason.of(input.octet()), input.count(Integer.MAX_VALUE));
            case LIMIT_EXCEEDED ->
                new Result.LimitExceeded(
                        Limit.of(input.octet()), input.count(Integer.MAX_VALUE), input.number(), input.number());
            default -> throw new MalformedDataException("no result has the type " + type);
        };
    }

    private static Result readCreated(BinaryInput input) {
        int count = input.elements(Result.Created.MAX_PATHS);
        if (count == 0) {
            throw new MalformedDataException("a result says that a node was created, but names none");
        }
        if (count == 1) {
            return new Result.Created(input.path());
        }
        List<String> paths = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            paths.add(input.path());
        }
        return new Result.Created(paths);
    }

    static long hash(Result result) {
        if (result instanceof Result.Done) {
            return DONE;
        }
        if (result instanceof Result.Created created) {
            long hash = CREATED;
            for (String path : created.paths()) {
                hash = Digest.text(hash, path);
            }
            return hash;
        }
        if (result instanceof Result.Dequeued dequeued) {
            return Digest.mix(DEQUEUED * 31L + (dequeued.existed() ? 1 : 0));
        }
        if (result instanceof Result.Failed failed) {
            return Digest.mix(((FAILED * 31L + failed.reason().number()) << 32) + failed.position());
        }
        Result.LimitExceeded exceeded = (Result.LimitExceeded) result;
        long limit = Digest.mix(((LIMIT_EXCEEDED * 31L + exceeded.limit().number()) << 32) + exceeded.position());
        return Digest.mix(Digest.mix(limit + exceeded.bound()) + exceeded.actual());
    }
}

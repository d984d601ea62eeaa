package io.quorate.embedded.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.backend.OverloadedException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What sessions may have in flight is bounded; a refusal takes nothing, and what ends makes room. */
final class AdmissionTest {

    private static final class Sized extends Pending<Boolean> {
        Sized(long bytes) {
            super(bytes);
        }
    }

    private final Admission admission = new Admission();

    @Test
    void operationsOfOneSessionAreLimited() {
        Admission.Share share = admission.newShare();
        Pending<?> operation = new Sized(0);
        for (int i = 0; i < Admission.MAX_OPERATIONS_PER_SESSION; i++) {
            share.admit(operation);
        }
        assertThatExceptionOfType(OverloadedException.class)
                .isThrownBy(() -> share.admit(operation))
                .withMessageContaining("8192 operations of a session");
        admission.newShare().admit(operation);
        share.release(1, operation.bytes);
        share.admit(operation);
    }

    @Test
    void operationsOfAllSessionsAreLimited() {
        List<Admission.Share> shares = new ArrayList<>();
        Pending<?> operation = new Sized(0);
        for (int i = 0; i < Admission.MAX_OPERATIONS; i++) {
            if (i % Admission.MAX_OPERATIONS_PER_SESSION == 0) {
                shares.add(admission.newShare());
            }
            shares.get(shares.size() - 1).admit(operation);
        }
        Admission.Share another = admission.newShare();
        assertThatExceptionOfType(OverloadedException.class)
                .isThrownBy(() -> another.admit(operation))
                .withMessageContaining("65536 operations of all sessions");
        assertThat(admission.operations()).isEqualTo(Admission.MAX_OPERATIONS);
        shares.get(0).release(1, operation.bytes);
        another.admit(operation);
    }

    @Test
    void bytesInFlightAreLimitedAndARefusalTakesNothing() {
        Admission.Share share = admission.newShare();
        Pending<?> most = new Sized(Admission.MAX_BYTES - 10);
        share.admit(most);
        assertThatExceptionOfType(OverloadedException.class)
                .isThrownBy(() -> share.admit(new Sized(11)))
                .withMessageContaining("bytes of all sessions");
        assertThat(admission.operations()).isEqualTo(1);
        assertThat(admission.bytes()).isEqualTo(Admission.MAX_BYTES - 10);
        share.admit(new Sized(10));
        share.release(1, most.bytes);
        share.admit(new Sized(11));
    }

    @Test
    void watchesAreLimitedPerSessionAndInAll() {
        List<Admission.Share> shares = new ArrayList<>();
        for (int i = 0; i < Admission.MAX_WATCHES; i++) {
            if (i % Admission.MAX_WATCHES_PER_SESSION == 0) {
                shares.add(admission.newShare());
            }
            shares.get(shares.size() - 1).admitWatch();
        }
        assertThatExceptionOfType(OverloadedException.class)
                .isThrownBy(shares.get(0)::admitWatch)
                .withMessageContaining("10000 watches of a session");
        Admission.Share another = admission.newShare();
        assertThatExceptionOfType(OverloadedException.class)
                .isThrownBy(another::admitWatch)
                .withMessageContaining("500000 watches of all sessions");
        shares.get(0).releaseWatch();
        another.admitWatch();
        assertThat(admission.watches()).isEqualTo(Admission.MAX_WATCHES);
    }
}

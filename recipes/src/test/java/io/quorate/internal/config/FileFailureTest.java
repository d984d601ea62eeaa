package io.quorate.internal.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

final class FileFailureTest {

    @Test
    void failureWhoseMessageIsTheFileAloneIsToldWithItsKind() {
        assertThat(FileFailure.described(new AccessDeniedException("/etc/shop.last-good")))
                .contains("AccessDenied")
                .contains("/etc/shop.last-good")
                .contains("may read it");
    }

    @Test
    void failureThatExplainsItselfIsToldInItsOwnWords() {
        assertThat(FileFailure.described(new IOException("it is torn"))).isEqualTo("it is torn");
        assertThat(FileFailure.described(new FileSystemException("/a", null, "Is a directory")))
                .isEqualTo("/a: Is a directory");
    }
}

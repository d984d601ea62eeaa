package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The URIs that name an ensemble in this process. */
final class EmbeddedUriTest {

    private static final SessionOptions OPTIONS = new SessionOptions("uri", Duration.ofSeconds(10), Key.of("/uri"));
    private static final Key KEY = Key.of("/k");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static EnsembleConfig parse(String uri) {
        return EmbeddedBackendProvider.parse(URI.create(uri));
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedded:", "embedded:?members=1", "embedded:?members=3", "EMBEDDED:?members=3"})
    void uriWithoutADirectoryOpensAnEnsembleInMemory(String uri) throws InterruptedException {
        try (Quorate quorate = Quorate.open(uri)) {
            assertThat(quorate).isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "embedded:/var/lib/app, /var/lib/app, 1",
        "embedded:/var/lib/app?members=3, /var/lib/app, 3",
        "embedded:///var/lib/app?members=5, /var/lib/app, 5",
        "embedded:/var/my%20lib/a%3Fb, /var/my lib/a?b, 1",
    })
    void uriWithADirectoryIsDurable(String uri, String path, int members) {
        EnsembleConfig config = parse(uri);
        assertThat(config.directory()).contains(Path.of(path));
        assertThat(config.members()).isEqualTo(members);
    }

    @ParameterizedTest
    @CsvSource({
        "embedded:data, must be absolute",
        "embedded:./data, must be absolute",
        "embedded://host/data, has no host",
        "embedded:/data#part, fragment",
        "embedded:/data?size=3, only parameter is members",
        "embedded:/data?members=3&members=5, once",
        "embedded:/data?members=3&, once",
        "embedded:?member=3, only parameter is members",
        "embedded:?members=, number from 1 to 7",
        "embedded:?members=x, number from 1 to 7",
        "embedded:?members=0, number from 1 to 7",
        "embedded:?members=99999999999, number from 1 to 7",
        "embedded:/data%00, no path",
        "zookeeper://a, scheme",
    })
    void uriThatMeansNothingIsRefusedWithTheForm(String uri, String reason) {
        assertThatThrownBy(() -> parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("the form is embedded:[/directory][?members=N]");
    }

    private Backend backend() {
        return new EmbeddedBackendProvider().create(URI.create("embedded:" + directory + "/data?members=3"));
    }

    @Test
    void whatWasWrittenIsThereWhenTheUriIsOpenedAgain() {
        try (Backend backend = backend()) {
            Session session = DurableEnsemble.await(backend.open(OPTIONS));
            DurableEnsemble.await(session.commit(
                    Commit.builder().create(KEY, Bytes.of(new byte[] {7})).build()));
        }
        try (Backend backend = backend()) {
            Session session = DurableEnsemble.await(backend.open(OPTIONS));
            assertThat(DurableEnsemble.await(session.get(KEY, Read.LATEST)).map(Entry::value))
                    .contains(Bytes.of(new byte[] {7}));
        }
    }

    @Test
    void directoryThatCannotBeCreatedIsNamedWithTheReason() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> Quorate.open("embedded:" + file.resolve("data")))
                .isInstanceOfSatisfying(
                        DataDirectoryException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(DataDirectoryException.Reason.INACCESSIBLE))
                .hasMessageStartingWith("the data directory cannot be used: ")
                .hasMessageContaining(file + " is not a directory");
    }

    @Test
    void secondOwnerOfADirectoryIsToldToShareTheEnsemble() {
        try (Backend first = backend();
                Backend second = backend()) {
            Session session = DurableEnsemble.await(first.open(OPTIONS));
            assertThatThrownBy(() -> DurableEnsemble.await(second.open(OPTIONS)))
                    .isInstanceOfSatisfying(
                            DataDirectoryException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(DataDirectoryException.Reason.IN_USE))
                    .hasMessageContaining("share the ensemble");
            assertThatThrownBy(() -> DurableEnsemble.await(second.open(OPTIONS)))
                    .as("every time")
                    .isInstanceOf(DataDirectoryException.class);
            DurableEnsemble.await(
                    session.commit(Commit.builder().create(KEY, null).build()));
        }
        try (Backend third = backend()) {
            DurableEnsemble.await(third.open(OPTIONS));
        }
    }
}

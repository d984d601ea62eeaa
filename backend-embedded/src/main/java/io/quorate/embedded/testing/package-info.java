/**
 * Tests of applications, on an ensemble inside the test's process that fails on command.
 *
 * <p>A test class says {@link io.quorate.embedded.testing.QuorateTest} or registers a
 * {@link io.quorate.embedded.testing.QuorateExtension}, and its methods take what they need as parameters: the
 * {@link io.quorate.embedded.EmbeddedEnsemble}, any number of clients, and the {@link io.quorate.embedded.testing.Faults}.
 *
 * <p>This package needs JUnit Jupiter 5.12 or newer; the rest of the module does not.
 */
@NullMarked
package io.quorate.embedded.testing;

import org.jspecify.annotations.NullMarked;

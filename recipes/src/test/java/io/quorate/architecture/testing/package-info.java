/**
 * The rules that hold for the main code of every module, written once.
 *
 * <p>A module extends {@link io.quorate.architecture.testing.ArchitectureContract} and names its exceptions there; what
 * a rule refuses and what to do instead is in the message of the rule.
 */
@NullMarked
package io.quorate.architecture.testing;

import org.jspecify.annotations.NullMarked;

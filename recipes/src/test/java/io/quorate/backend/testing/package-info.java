/**
 * What a backend's author tests with: the contract that every backend meets, the fixture through which a backend takes part
 * in it, and a model backend in virtual time, which is the contract as a program.
 *
 * <p>Everything here runs in one thread unless a fixture brings real ones. Nothing sleeps.
 */
@NullMarked
package io.quorate.backend.testing;

import org.jspecify.annotations.NullMarked;

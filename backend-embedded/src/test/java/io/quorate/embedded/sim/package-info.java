/**
 * The deterministic simulation: members, network, disks, clients and faults in one thread under virtual time.
 *
 * <p>One seed decides everything. The same seed gives the same events in the same order.
 */
@NullMarked
package io.quorate.embedded.sim;

import org.jspecify.annotations.NullMarked;

/** Tests of the ZooKeeper backend. */
@NullMarked
package io.quorate.remote;

import org.jspecify.annotations.NullMarked;

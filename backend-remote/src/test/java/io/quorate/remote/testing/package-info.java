/**
 * The ground the ZooKeeper backend's tests stand on: in-process servers that can be looked into, and a proxy that counts
 * what a client sends and breaks the connection where a test says so.
 *
 * <p>{@link io.quorate.remote.testing.ZooKeeperServers} runs a single server or an ensemble.
 * {@link io.quorate.remote.testing.ZooKeeperProxy} stands between a client and one server address; a test that has two
 * clients gives each its own proxy, so that each can be counted and cut off by itself.
 */
@NullMarked
package io.quorate.remote.testing;

import org.jspecify.annotations.NullMarked;

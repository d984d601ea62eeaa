/**
 * The backend for Apache ZooKeeper, through Curator Framework.
 */
@NullMarked
package io.quorate.remote;

import org.jspecify.annotations.NullMarked;

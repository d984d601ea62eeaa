/** Tests of what members say to each other and how it travels. */
@NullMarked
package io.quorate.embedded.transport;

import org.jspecify.annotations.NullMarked;

/** Members in processes of their own, which are really killed and stopped, and what their clients saw of it. */
@NullMarked
package io.quorate.embedded.process;

import org.jspecify.annotations.NullMarked;

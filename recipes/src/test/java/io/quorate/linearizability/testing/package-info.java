/**
 * A linearizability checker: evidence that a service behaves as one object that does one thing at a time.
 *
 * <p>A test lets several clients work on an object while faults strike, records what each of them saw, and asks
 * afterwards whether some order of the operations explains all of it. Three parts play together:
 *
 * <ul>
 *   <li>a {@link io.quorate.linearizability.testing.HistoryRecorder} writes down calls, returns and outcomes,
 *   <li>a {@link io.quorate.linearizability.testing.Model} says what the object may do; {@link
 *       io.quorate.linearizability.testing.VersionedStore}, {@link io.quorate.linearizability.testing.FencedMutex} and
 *       {@link io.quorate.linearizability.testing.SequenceCounter} are ready, and a model of one's own takes a few
 *       lines,
 *   <li>a {@link io.quorate.linearizability.testing.LinearizabilityChecker} decides, and explains a refusal.
 * </ul>
 *
 * <p>For example, two clients that draw tickets:
 *
 * <pre>{@code
 * HistoryRecorder<SequenceCounter.Input, Long> recorder = HistoryRecorder.timedBy(System::nanoTime);
 * AtomicLong tickets = new AtomicLong();
 * inTwoThreads(client -> {
 *     var call = recorder.call(client, new SequenceCounter.Next("tickets"));
 *     call.returned(tickets.incrementAndGet());
 * });
 * LinearizabilityChecker.of(SequenceCounter.model()).assertLinearizable(recorder.history());
 * }</pre>
 *
 * <p>The outcome decides what a history is worth. An operation whose reply was lost is <em>unknown</em>: it may have
 * happened, may still happen, or may not. It is <em>failed</em> only if it certainly did not and will not happen. A
 * refusal such as "the key exists" is an <em>output</em>, because it says something about the object. Unknown
 * operations make the search dearer, so keep them to a few per object and the operations per object to some two
 * hundred. A check that ends with {@link io.quorate.linearizability.testing.Verdict#UNKNOWN} proved nothing.
 */
@NullMarked
package io.quorate.linearizability.testing;

import org.jspecify.annotations.NullMarked;

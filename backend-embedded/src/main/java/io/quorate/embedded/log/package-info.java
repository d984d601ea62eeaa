/**
 * The durable storage of a member: its history, its promises and its snapshots.
 *
 * <p>{@link io.quorate.embedded.log.MemberStorage} is the entry. It owns no thread and reads no clock; the member's loop calls
 * it and turns what its methods return into the protocol's completion events:
 *
 * <pre>{@code
 *   log.append(recordsOfThisRound);                  // memory and page cache only
 *   DurablePosition durable = log.sync();            // one write, one fsync for all that waited
 *   acknowledge(durable);                            // nothing else yields a DurablePosition
 * }</pre>
 *
 * <h2>The files</h2>
 *
 * <p>A data directory is flat. All numbers are big-endian; every CRC is CRC-32C. A <em>sector</em> is 512 bytes.
 *
 * <table>
 * <caption>Files of a data directory</caption>
 * <tr><th>name</th><th>content</th></tr>
 * <tr><td>{@code lock}</td><td>locked while a process has the directory open; holds that process's id</td></tr>
 * <tr><td>{@code meta-a}, {@code meta-b}</td><td>the two slots of the meta value</td></tr>
 * <tr><td>{@code seg-N}</td><td>a segment of the log; N is the index of its first record, 16 hexadecimal digits</td></tr>
 * <tr><td>{@code snap-N}</td><td>the state after record N</td></tr>
 * <tr><td>{@code *.tmp}, {@code new-*}</td><td>unfinished; deleted by the next start</td></tr>
 * <tr><td>{@code aside-I-*}</td><td>set aside from incarnation I; never read again</td></tr>
 * <tr><td>{@code replacement-*}</td><td>says that all live files are being replaced, and how far that has come</td></tr>
 * </table>
 *
 * <h3>Segment</h3>
 *
 * <p>One header sector, then records without gaps from byte 512 on, then zeros up to the end of the file.
 *
 * <pre>
 *   header    0  8  magic "QRATELOG"        record    0  4  length of fields and body (33 + body)
 *             8  4  version, 1                        4  4  CRC of salt, fields and body
 *            12  4  0                                 8  4  number of its sectors that are zero by right
 *            16 16  cluster id                       12  4  CRC of salt and bytes 0 to 11
 *            32  8  node id                          16  8  epoch
 *            40  8  incarnation                      24  8  index
 *            48  8  index of the first record        32  8  chain hash before this record
 *            56  8  chain hash before it             40  8  index durable when this was written
 *            64  8  epoch of the record before it    48  1  type: 1 NEWLEADER, 2 TXN
 *           508  4  CRC of bytes 0 to 507            49  .  body, then zeros to a multiple of 16
 * </pre>
 *
 * <p>The salt is the segment's incarnation and first index, 8 bytes each. The <em>number of zero sectors</em> counts those the
 * record extends into, the first left out, in which it has nothing but zeros. The chain hash is that of
 * {@link io.quorate.embedded.log.ChainHash}, which is the protocol's; before index 1 it is 0.
 *
 * <h3>Meta slot</h3>
 *
 * <p>One sector.
 *
 * <pre>
 *     0  8  magic "QRATMETA"              72  8  hash of the member list
 *     8  4  version, 1                    80  8  accepted epoch
 *    12  4  0                             88  1  1 if the accepted leader is known
 *    16  8  sequence number               89 16  its node id and incarnation
 *    24 16  cluster id                   105  1  1 if bootstrapped
 *    40  8  node id                      106  1  standing: 0 voter, 1 amnesiac, 2 salvaged
 *    48  8  incarnation                  107  8  durable mark
 *    56  8  how often opened             115  1  unfinished change: 0 none, 1 truncation, 2 installation
 *    64  8  version of the member list   116  8  the index it goes to
 *                                        508  4  CRC of bytes 0 to 507
 * </pre>
 *
 * <h3>Snapshot</h3>
 *
 * <pre>
 *   header    0  8  magic "QRATSNAP"        blocks    0  4  length, 1 to 65536
 *             8  4  version, 1                        4  4  CRC of block number (8 bytes) and data
 *            12  4  0                                 8  .  data
 *            16 16  cluster id              trailer   0  4  -1
 *            32  8  node id                           4  4  CRC of number of blocks and bytes 8 to 47
 *            40  8  incarnation                       8  8  bytes of data in all
 *            48  8  last index                       16 32  SHA-256 of header sector and data
 *            56  8  last epoch
 *            64  8  chain hash after it
 *            72  8  state digest
 *           508  4  CRC of bytes 0 to 507
 * </pre>
 *
 * <h2>Why nothing acknowledged is lost</h2>
 *
 * <p>What is assumed: a disk writes a sector as a whole or not at all; a completed fsync of a file makes its content durable,
 * one of a directory its names; a power cut keeps or loses everything else piece by piece in any order. What is not assumed:
 * that the medium keeps what it holds.
 *
 * <ol>
 * <li><b>An acknowledged record is on disk.</b> Segments grow by zeros that are fsynced with the file's size before records
 *     are written over them, so one fsync of data suffices for a batch. A segment is complete and durable before the next one
 *     is created, and a new one has its name only when header and zeros are durable. So only the last segment can be torn,
 *     and only behind the last completed fsync.
 * <li><b>A torn tail is told from damage.</b> What an interrupted batch lacks is whole sectors, which hold the zeros they were
 *     preallocated with. A record that fails its checksum is torn only if it has more zero sectors than it was written
 *     with (the count is in its prefix, which has its own checksum and lies in one sector), and only if no valid record behind
 *     it says that it was written when this one was durable already. Records of the same interrupted batch behind it do not
 *     say so; hence a torn batch is cut off whatever part of it survived. Everything else is damage: a changed byte, zeros
 *     before durable records, a log that ends before a mark that a snapshot, a later segment or the meta value carries.
 *     One case cannot be told by this member alone: whole sectors of the very last batch that a medium returned to zeros.
 * <li><b>Changes of several files are announced.</b> Truncation and the installation of a received snapshot are noted in the
 *     meta value first and declared done there last; recovery finishes what is announced, after making the announcement itself
 *     durable. A truncation overwrites with zeros, fsyncs, deletes the later segments, fsyncs the directory, in this order. Purging
 *     needs no announcement: segments go oldest first, with an fsync of the directory after each.
 * <li><b>A promise is never taken back.</b> Each meta value goes to one slot, fsync, then to the other, fsync; the update
 *     has happened for the caller when both hold it. A crash leaves the old or the new value; a slot that goes bad later leaves
 *     the other one, which is just as new.
 * <li><b>A failed fsync is final.</b> The storage is dead from then on, as the system may have dropped the pages and
 *     called them clean (Rebello et al., ATC 2020). Recovery, too, writes the last batch, the zeros behind it and the meta
 *     value again before it vouches for them, since the page cache may show what the disk does not have.
 * <li><b>Damage is never served.</b> Every record that is read is checked against both checksums, its index and the chain
 *     hash of the one before. A damaged member of a cluster sets all its files aside and comes back empty, with a new
 *     incarnation and no vote until it has resynchronized; a single member refuses to start.
 * </ol>
 *
 * <p>Each rule of {@link io.quorate.embedded.log.DurabilityRule} is one step of this argument; tests leave out one at a time.
 * How to tell a crash from corruption follows Alagappan et al., <cite>Protocol-Aware Recovery for Consensus-Based Storage</cite>
 * (FAST 2018).
 */
@NullMarked
package io.quorate.embedded.log;

import org.jspecify.annotations.NullMarked;

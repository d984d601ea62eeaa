package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * One flat directory of files: the only way by which a member's storage reaches a file system.
 *
 * <p>Nothing is durable until it is forced: file content by {@link DiskFile#force}, the names of files (creation, renaming,
 * deletion) by {@link #forceDirectory}. Without that, a power cut may keep or lose each of them, in any order. Calls block.
 * A disk may be used by several threads; a {@link DiskFile} by one at a time.
 */
public interface Disk {

    /**
     * The names of all files, sorted.
     *
     * @return a new list
     * @throws IOException if the directory cannot be read
     */
    List<String> list() throws IOException;

    /**
     * Creates an empty file that did not exist before, readable and writable by its owner only.
     *
     * @param name a plain file name
     * @return the open file
     * @throws IOException if the file exists or cannot be created
     */
    DiskFile create(String name) throws IOException;

    /**
     * Opens an existing file for reading and writing.
     *
     * @param name a plain file name
     * @return the open file
     * @throws IOException if the file is absent, is a symbolic link, or cannot be opened
     */
    DiskFile open(String name) throws IOException;

    /**
     * Opens an existing file for reading only.
     *
     * @param name a plain file name
     * @return the open file
     * @throws IOException if the file is absent, is a symbolic link, or cannot be opened
     */
    DiskFile openReadOnly(String name) throws IOException;

    /**
     * Renames a file, replacing {@code to} if it exists, in one atomic step.
     *
     * @param from the present name
     * @param to the new name
     * @throws IOException if nothing was renamed
     */
    void rename(String from, String to) throws IOException;

    /**
     * Deletes a file; does nothing if it is absent.
     *
     * @param name a plain file name
     * @throws IOException if the file is still there
     */
    void delete(String name) throws IOException;

    /**
     * Makes every creation, renaming and deletion so far durable.
     *
     * @throws IOException if this is not known to have happened
     */
    void forceDirectory() throws IOException;

    /**
     * The bytes that this process may still write.
     *
     * @return a number of bytes, at least zero
     * @throws IOException if the file system does not say
     */
    long usableSpace() throws IOException;

    /**
     * Takes the directory for this process alone, until the result is closed.
     *
     * @return the lock
     * @throws DataDirInUseException if another holder, in this process or another, has it
     * @throws IOException if the lock file cannot be used
     */
    Closeable lock() throws IOException;

    /**
     * What messages call this directory.
     *
     * @return its path
     */
    String location();
}

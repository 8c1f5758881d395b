/* failing_vfs - a file system for SQLite in which a call goes wrong on purpose.
 *
 * It stands before the real one and counts the calls that its kind of trouble could meet. From a
 * chosen one on, or at that one alone, they fail as a disk would:
 *
 *     TROUBLE_IO    every call            an I/O error, and nothing is done
 *     TROUBLE_FULL  xWrite, xTruncate     half of the bytes are written, then the disk is full
 *     TROUBLE_BUSY  xLock                 another process holds the lock
 *     TROUBLE_KILL  every call, for good  the process is gone: nothing reaches the files any more
 *
 * What was opened can always be closed. Waiting for a lock takes no time.
 *
 * Order of calls: failing_vfs_install; then failing_vfs_arm, what shall meet the trouble, and
 * failing_vfs_disarm, as often as wanted; failing_vfs_remove. For one thread. */
#ifndef TESTS_SUPPORT_FAILING_VFS_H
#define TESTS_SUPPORT_FAILING_VFS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

enum trouble { TROUBLE_IO, TROUBLE_FULL, TROUBLE_BUSY, TROUBLE_KILL, TROUBLE_KINDS };

struct failing_vfs {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    enum trouble trouble;
    long after;   /* calls until the trouble; negative: it has come, or none is wanted */
    bool lasting; /* what failed once goes on failing */
    bool armed;
    bool met;
};

/* Becomes SQLite's default file system, for the databases opened from now on. */
void failing_vfs_install(struct failing_vfs *failing);
/* Puts the former default back. No database may be open in it. */
void failing_vfs_remove(struct failing_vfs *failing);

/* Lets `after` calls pass and the next one fail; lasting: and all that come behind it. */
void failing_vfs_arm(struct failing_vfs *failing, enum trouble trouble, long after, bool lasting);
/* Ends the trouble. True when a call did fail. */
bool failing_vfs_disarm(struct failing_vfs *failing);

/* What the trouble left: asserts that the database is sound, and gives the first column of the
 * query's last row, as far as `size` bytes hold it. */
void failing_vfs_read_sound(const char *path, const char *sql, char *text, size_t size);

#endif

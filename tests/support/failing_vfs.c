/* failing_vfs - see failing_vfs.h.
 *
 * SQLite gives xOpen szOsFile bytes to make a file of. Ours come first, the real one's behind:
 *
 *     | struct failing_file: methods, vfs | what the real file system keeps about the file |
 *
 * Each method asks meets_trouble() first and then passes the call on. The file methods are those of
 * version 1: without shared memory and without mapped pages, so that every byte comes through. */
#include "tests/support/failing_vfs.h"

#include <stdio.h>

#include "tests/support/testing.h"

struct failing_file {
    sqlite3_file file; /* first: SQLite holds a pointer to this */
    struct failing_vfs *failing;
    _Alignas(sqlite3_int64) unsigned char real[]; /* SQLite aligns to 8 bytes */
};

/* What a call does, as far as trouble cares. */
enum deed { DEED_OTHER, DEED_WRITE, DEED_LOCK };

/* Counts a call, and says whether it is to fail. */
static bool meets_trouble(struct failing_vfs *failing, enum deed deed) {
    static const enum deed met_by[TROUBLE_KINDS] = {
        [TROUBLE_FULL] = DEED_WRITE, [TROUBLE_BUSY] = DEED_LOCK}; /* DEED_OTHER: by all */
    enum deed wanted = met_by[failing->trouble];
    if (!failing->armed || (wanted != DEED_OTHER && wanted != deed)) return false;
    if (failing->met) return failing->lasting;
    failing->met = failing->after-- == 0;
    return failing->met;
}

/* The code of a call that failed; `code` is what an I/O error of this call is named. */
static int trouble_code(const struct failing_vfs *failing, int code) {
    return failing->trouble == TROUBLE_FULL   ? SQLITE_FULL
           : failing->trouble == TROUBLE_BUSY ? SQLITE_BUSY
                                              : code;
}

static struct failing_vfs *failing_of(sqlite3_file *file) {
    return ((struct failing_file *)file)->failing;
}

static sqlite3_file *real_of(sqlite3_file *file) {
    return (sqlite3_file *)((struct failing_file *)file)->real;
}

/* ---- methods of a file ----------------------------------------------------------------------- */

static int file_close(sqlite3_file *file) {
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    struct failing_vfs *failing = failing_of(file);
    if (meets_trouble(failing, DEED_OTHER)) return trouble_code(failing, SQLITE_IOERR_READ);
    return real_of(file)->pMethods->xRead(real_of(file), bytes, count, offset);
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    struct failing_vfs *failing = failing_of(file);
    bool fails = meets_trouble(failing, DEED_WRITE);
    if (fails && failing->trouble != TROUBLE_FULL) return SQLITE_IOERR_WRITE;
    if (fails) count /= 2;
    int code = real_of(file)->pMethods->xWrite(real_of(file), bytes, count, offset);
    return fails ? SQLITE_FULL : code;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
    struct failing_vfs *failing = failing_of(file);
    if (meets_trouble(failing, DEED_WRITE)) return trouble_code(failing, SQLITE_IOERR_TRUNCATE);
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

/* Goes no further: nobody pulls the plug, and a disk takes its time. */
static int file_sync(sqlite3_file *file, int flags) {
    struct failing_vfs *failing = failing_of(file);
    (void)flags;
    return meets_trouble(failing, DEED_OTHER) ? trouble_code(failing, SQLITE_IOERR_FSYNC)
                                              : SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
    struct failing_vfs *failing = failing_of(file);
    if (meets_trouble(failing, DEED_OTHER)) return trouble_code(failing, SQLITE_IOERR_FSTAT);
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level) {
    struct failing_vfs *failing = failing_of(file);
    if (meets_trouble(failing, DEED_LOCK)) return trouble_code(failing, SQLITE_IOERR_LOCK);
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level) {
    struct failing_vfs *failing = failing_of(file);
    if (meets_trouble(failing, DEED_OTHER)) return trouble_code(failing, SQLITE_IOERR_UNLOCK);
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_reserved(sqlite3_file *file, int *reserved) {
    struct failing_vfs *failing = failing_of(file);
    if (meets_trouble(failing, DEED_OTHER))
        return trouble_code(failing, SQLITE_IOERR_CHECKRESERVEDLOCK);
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), reserved);
}

static int file_control(sqlite3_file *file, int operation, void *argument) {
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int file_sector(sqlite3_file *file) {
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_traits(sqlite3_file *file) {
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
};

/* ---- methods of the file system -------------------------------------------------------------- */

/* Without methods, SQLite does not close what could not be opened. */
static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given) {
    struct failing_vfs *failing = vfs->pAppData;
    file->pMethods = NULL;
    if (meets_trouble(failing, DEED_OTHER)) return trouble_code(failing, SQLITE_CANTOPEN);
    ((struct failing_file *)file)->failing = failing;
    int code = failing->real->xOpen(failing->real, name, real_of(file), flags, given);
    if (real_of(file)->pMethods) file->pMethods = &methods;
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    struct failing_vfs *failing = vfs->pAppData;
    if (meets_trouble(failing, DEED_OTHER)) return trouble_code(failing, SQLITE_IOERR_DELETE);
    return failing->real->xDelete(failing->real, name, sync);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *answer) {
    struct failing_vfs *failing = vfs->pAppData;
    if (meets_trouble(failing, DEED_OTHER)) return trouble_code(failing, SQLITE_IOERR_ACCESS);
    return failing->real->xAccess(failing->real, name, flags, answer);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return microseconds;
}

void failing_vfs_install(struct failing_vfs *failing) {
    *failing = (struct failing_vfs){.real = sqlite3_vfs_find(NULL)};
    failing->vfs = *failing->real; /* whatever is no file's business */
    failing->vfs.zName = "failing";
    failing->vfs.pNext = NULL;
    failing->vfs.pAppData = failing;
    failing->vfs.szOsFile += (int)sizeof(struct failing_file);
    failing->vfs.xOpen = vfs_open;
    failing->vfs.xDelete = vfs_delete;
    failing->vfs.xAccess = vfs_access;
    failing->vfs.xSleep = vfs_sleep;
    sqlite3_vfs_register(&failing->vfs, 1);
}

void failing_vfs_remove(struct failing_vfs *failing) {
    sqlite3_vfs_unregister(&failing->vfs);
    sqlite3_vfs_register(failing->real, 1);
}

void failing_vfs_arm(struct failing_vfs *failing, enum trouble trouble, long after, bool lasting) {
    failing->trouble = trouble;
    failing->after = after;
    failing->lasting = lasting || trouble == TROUBLE_KILL;
    failing->met = false;
    failing->armed = true;
}

bool failing_vfs_disarm(struct failing_vfs *failing) {
    failing->armed = false;
    return failing->met;
}

struct reading {
    char *text;
    size_t size;
};

static int keep_text(void *context, int count, char **texts, char **names) {
    struct reading *reading = context;
    (void)names;
    if (count > 0 && texts[0]) snprintf(reading->text, reading->size, "%s", texts[0]);
    return 0;
}

void failing_vfs_read_sound(const char *path, const char *sql, char *text, size_t size) {
    char sound[256] = "";
    struct reading check = {sound, sizeof sound}, reading = {text, size};
    sqlite3 *database;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    sqlite3_exec(database, "PRAGMA integrity_check", keep_text, &check, NULL);
    assert_string_equal(sound, "ok");
    assert_int_equal(sqlite3_exec(database, sql, keep_text, &reading, NULL), SQLITE_OK);
    sqlite3_close(database);
}

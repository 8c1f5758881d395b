/* progress - see progress.h.
 *
 * Opening goes in three steps, and the first that says no is the warning: find the path; look at
 * the file's header with plain read(), so that SQLite never touches what is not ours; open it and
 * let SQLite check it. Every later failure ends in give_up(), after which nothing is kept. */
#include "ui/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/files.h"

enum { APPLICATION_ID = 0x64617962 /* "dayb" */, VERSION = 2, BUSY_MS = 250, PATH_SIZE = 4096 };

struct progress {
    char path[PATH_SIZE];
    sqlite3 *database; /* NULL: nothing is kept */
    bool writable;
    char warning[PATH_SIZE + 256];
};

/* What lies open came with version 2. A daybook that knows only version 1 could read such a file
 * and write it, but forgetting all of it would leave this table behind: so it has to refuse the
 * file. */
#define KEPT_TABLE                                                                                 \
    "CREATE TABLE IF NOT EXISTS kept ("                                                            \
    "  lesson TEXT NOT NULL, step TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"         \
    "  PRIMARY KEY (lesson, step, name));"

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "PRAGMA application_id = 1684109666;"
    "PRAGMA user_version = 2;"
    "CREATE TABLE IF NOT EXISTS place ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1), lesson TEXT NOT NULL, step TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS done ("
    "  lesson TEXT NOT NULL, step TEXT NOT NULL, PRIMARY KEY (lesson, step));"
    "CREATE TABLE IF NOT EXISTS prediction ("
    "  id INTEGER PRIMARY KEY, lesson TEXT NOT NULL, step TEXT NOT NULL, question TEXT NOT NULL,"
    "  answered TEXT NOT NULL, measured TEXT NOT NULL, met INTEGER NOT NULL);" KEPT_TABLE "COMMIT;";

/* Some files of version 1 have the table: for a time it was added without raising the version. */
static const char upgrade[] = "BEGIN IMMEDIATE;" KEPT_TABLE "PRAGMA user_version = 2; COMMIT;";

_Static_assert(APPLICATION_ID == 1684109666 && VERSION == 2, "the schema says the same");

static void warn(struct progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The first warning is the one that explains the others. */
static void warn(struct progress *progress, const char *format, ...) {
    va_list arguments;
    if (*progress->warning) return;
    va_start(arguments, format);
    vsnprintf(progress->warning, sizeof progress->warning, format, arguments);
    va_end(arguments);
}

static void close_database(struct progress *progress) {
    sqlite3_close_v2(progress->database);
    progress->database = NULL;
    progress->writable = false;
}

/* SQLite calls a file that it finds no more at its path read-only. */
static void give_up(struct progress *progress) {
    bool moved = sqlite3_extended_errcode(progress->database) == SQLITE_READONLY_DBMOVED;
    warn(progress, "%s: %s; progress is not kept", progress->path,
         moved ? "it was moved or removed" : sqlite3_errmsg(progress->database));
    close_database(progress);
}

/* ---- the path ----------------------------------------------------------------------------- */

static bool make_folder(struct progress *progress) {
    char folder[PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", progress->path);
    char *slash = strrchr(folder, '/');
    if (!slash || slash == folder) return true;
    *slash = '\0';
    if (files_make_folders(folder, 0700)) return true;
    warn(progress, "%s: %s; progress is not kept", folder, strerror(errno));
    return false;
}

/* ---- looking before SQLite does ------------------------------------------------------------ */

enum finding { FOUND_NOTHING, FOUND_OURS, FOUND_TROUBLE };

static uint32_t big_endian(const unsigned char *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The SQLite file header: 16 bytes of magic, user_version at 60, application_id at 68. */
static enum finding judge_header(struct progress *progress, const unsigned char *header,
                                 ssize_t length) {
    if (length == 0) return FOUND_NOTHING;
    const char *why = NULL;
    uint32_t version = length < 100 ? 0 : big_endian(header + 60);
    if (length < 100 || memcmp(header, "SQLite format 3", 16) != 0)
        why = "not a database";
    else if (big_endian(header + 68) != APPLICATION_ID)
        why = "a database, but not of daybook";
    else if (version == 0 || version > VERSION)
        why = "written by another version of daybook";
    if (!why) return FOUND_OURS;
    warn(progress, "%s: %s; progress is not kept", progress->path, why);
    return FOUND_TROUBLE;
}

static enum finding look(struct progress *progress) {
    unsigned char header[100];
    struct stat there;
    ssize_t length = -1;
    int descriptor = open(progress->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 && errno == ENOENT) return FOUND_NOTHING;
    if (descriptor >= 0 && fstat(descriptor, &there) == 0 && !S_ISREG(there.st_mode))
        warn(progress, "%s: not a file; progress is not kept", progress->path);
    else if (descriptor >= 0)
        length = read(descriptor, header, sizeof header);
    if (length < 0) warn(progress, "%s: %s; progress is not kept", progress->path, strerror(errno));
    if (descriptor >= 0) close(descriptor);
    return length < 0 ? FOUND_TROUBLE : judge_header(progress, header, length);
}

/* ---- opening ------------------------------------------------------------------------------- */

static int first_text(void *context, int count, char **texts, char **names) {
    char *answer = context;
    (void)names;
    if (count > 0 && texts[0] && !*answer) snprintf(answer, 64, "%s", texts[0]);
    return 0;
}

/* A file whose header is right and whose pages are not must not be written to. */
static bool is_sound(struct progress *progress) {
    char answer[64] = "";
    if (sqlite3_exec(progress->database, "PRAGMA quick_check(1)", first_text, answer, NULL) !=
        SQLITE_OK)
        return false;
    if (strcmp(answer, "ok") == 0) return true;
    warn(progress, "%s: the database is damaged; progress is not kept", progress->path);
    return false;
}

/* It is 0 in a new file, and where the making was cut short: then the header may say that the file
 * is ours, and SQLite empties it on finding the journal beside it. */
static int read_version(struct progress *progress, int *version) {
    char text[64] = "";
    int code = sqlite3_exec(progress->database, "PRAGMA user_version", first_text, text, NULL);
    *version = (int)strtol(text, NULL, 10); /* SQLite keeps 32 bits of it */
    return code;
}

/* For writing the file has all tables of this version. A file without any, of which nothing is to
 * be written, is as good as none. */
static void prepare_tables(struct progress *progress, enum progress_mode mode, int version) {
    int code = SQLITE_OK;
    if (mode == PROGRESS_READ) {
        if (version == 0) close_database(progress);
        return;
    }
    progress->writable = sqlite3_db_readonly(progress->database, "main") == 0;
    if (!progress->writable)
        warn(progress, "%s: it is read-only; progress is not kept", progress->path);
    else if (version < VERSION)
        code = sqlite3_exec(progress->database, version == 0 ? schema : upgrade, NULL, NULL, NULL);
    if (code != SQLITE_OK) give_up(progress);
}

/* Reading alone opens for writing too: what a killed daybook left half done is to be undone. */
static void open_database(struct progress *progress, enum progress_mode mode, enum finding found) {
    int version = 0, flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (found == FOUND_NOTHING) flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(progress->path, &progress->database, flags, NULL);
    if (code == SQLITE_OK) code = sqlite3_busy_timeout(progress->database, BUSY_MS);
    if (code == SQLITE_OK) code = read_version(progress, &version);
    if (code == SQLITE_OK && is_sound(progress))
        prepare_tables(progress, mode, version);
    else
        give_up(progress);
}

static struct progress *open_progress(struct progress *progress, enum progress_mode mode) {
    enum finding found = look(progress);
    if (found == FOUND_TROUBLE) return progress;
    if (found == FOUND_NOTHING && (mode == PROGRESS_READ || !make_folder(progress)))
        return progress;
    open_database(progress, mode, found);
    return progress;
}

struct progress *progress_open(enum progress_mode mode) {
    struct progress *progress = calloc(1, sizeof *progress);
    if (!progress) return NULL;
    if (files_state_path(progress->path, sizeof progress->path, "progress.db"))
        return open_progress(progress, mode);
    *progress->path = '\0';
    if (mode == PROGRESS_KEEP)
        warn(progress, "progress: no XDG_STATE_HOME and no HOME to keep it in");
    return progress;
}

struct progress *progress_open_at(const char *path, enum progress_mode mode) {
    struct progress *progress = calloc(1, sizeof *progress);
    if (!progress) return NULL;
    int length = snprintf(progress->path, sizeof progress->path, "%s", path);
    if (length > 0 && (size_t)length < sizeof progress->path) return open_progress(progress, mode);
    warn(progress, "progress: %s", strerror(ENAMETOOLONG));
    *progress->path = '\0';
    return progress;
}

void progress_close(struct progress *progress) {
    if (!progress) return;
    sqlite3_close_v2(progress->database);
    free(progress);
}

const char *progress_warning(const struct progress *progress) {
    return *progress->warning ? progress->warning : NULL;
}

bool progress_is_kept(const struct progress *progress) {
    return progress->database != NULL;
}

const char *progress_path(const struct progress *progress) {
    return progress->path;
}

/* ---- statements ---------------------------------------------------------------------------- */

/* Prepares a statement with texts bound to ?1, ?2, ...; NULL after giving up, or when nothing is
 * kept. */
static sqlite3_stmt *prepare(struct progress *progress, const char *sql, const char *const *texts,
                             int count) {
    sqlite3_stmt *statement = NULL;
    if (!progress->database) return NULL;
    int code = sqlite3_prepare_v2(progress->database, sql, -1, &statement, NULL);
    for (int i = 0; i < count && code == SQLITE_OK; i++)
        code = sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_STATIC);
    if (code == SQLITE_OK) return statement;
    sqlite3_finalize(statement);
    give_up(progress);
    return NULL;
}

/* True while there are rows. The statement is finalized behind the last, and on failure. */
static bool next_row(struct progress *progress, sqlite3_stmt *statement) {
    if (!statement) return false;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) return true;
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) give_up(progress);
    return false;
}

static void execute(struct progress *progress, const char *sql, const char *const *texts,
                    int count) {
    if (!progress->writable) return;
    sqlite3_stmt *statement = prepare(progress, sql, texts, count);
    while (next_row(progress, statement)) {
    }
}

static const char *column(sqlite3_stmt *statement, int index) {
    const unsigned char *text = sqlite3_column_text(statement, index);
    return text ? (const char *)text : "";
}

/* ---- where I was, what is done ------------------------------------------------------------- */

bool progress_place(struct progress *progress, struct progress_place *place) {
    bool found = false;
    *place = (struct progress_place){0};
    sqlite3_stmt *statement = prepare(progress, "SELECT lesson, step FROM place", NULL, 0);
    while (next_row(progress, statement)) {
        snprintf(place->lesson, sizeof place->lesson, "%s", column(statement, 0));
        snprintf(place->step, sizeof place->step, "%s", column(statement, 1));
        found = true;
    }
    return found;
}

void progress_visit(struct progress *progress, const char *lesson, const char *step) {
    execute(progress, "INSERT OR REPLACE INTO place VALUES (1, ?1, ?2)",
            (const char *[]){lesson, step ? step : ""}, 2);
}

void progress_mark_done(struct progress *progress, const char *lesson, const char *step) {
    execute(progress, "INSERT OR IGNORE INTO done VALUES (?1, ?2)", (const char *[]){lesson, step},
            2);
}

bool progress_is_done(struct progress *progress, const char *lesson, const char *step) {
    bool done = false;
    sqlite3_stmt *statement =
        prepare(progress, "SELECT 1 FROM done WHERE lesson = ?1 AND step = ?2",
                (const char *[]){lesson, step}, 2);
    while (next_row(progress, statement)) done = true;
    return done;
}

void progress_each_done(struct progress *progress,
                        void (*each)(void *context, const char *lesson, const char *step),
                        void *context) {
    sqlite3_stmt *statement = prepare(progress, "SELECT lesson, step FROM done", NULL, 0);
    while (next_row(progress, statement)) each(context, column(statement, 0), column(statement, 1));
}

/* ---- predictions --------------------------------------------------------------------------- */

void progress_predict(struct progress *progress, const struct progress_prediction *prediction) {
    execute(progress,
            "INSERT INTO prediction (lesson, step, question, answered, measured, met)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6 = 'met')",
            (const char *[]){prediction->lesson, prediction->step, prediction->question,
                             prediction->answered, prediction->measured,
                             prediction->met ? "met" : ""},
            6);
}

void progress_each_prediction(struct progress *progress,
                              void (*each)(void *context, const struct progress_prediction *),
                              void *context) {
    sqlite3_stmt *statement =
        prepare(progress,
                "SELECT lesson, step, question, answered, measured, met FROM prediction"
                " ORDER BY id",
                NULL, 0);
    while (next_row(progress, statement)) {
        struct progress_prediction prediction = {
            column(statement, 0), column(statement, 1), column(statement, 2),
            column(statement, 3), column(statement, 4), sqlite3_column_int(statement, 5) != 0,
        };
        each(context, &prediction);
    }
}

void progress_count(struct progress *progress, size_t *made, size_t *met) {
    *made = *met = 0;
    sqlite3_stmt *statement =
        prepare(progress,
                "SELECT count(*), coalesce(sum(met), 0) FROM prediction WHERE id IN"
                " (SELECT max(id) FROM prediction GROUP BY lesson, step)",
                NULL, 0);
    while (next_row(progress, statement)) {
        *made = (size_t)sqlite3_column_int64(statement, 0);
        *met = (size_t)sqlite3_column_int64(statement, 1);
    }
}

/* ---- what lies open ------------------------------------------------------------------------- */

/* A failure closes the file, and with it what was begun is undone. */
void progress_keep(struct progress *progress, const struct progress_kept *kept, size_t count) {
    execute(progress, "BEGIN IMMEDIATE", NULL, 0);
    execute(progress, "DELETE FROM kept", NULL, 0);
    for (size_t i = 0; i < count; i++)
        execute(progress, "INSERT INTO kept VALUES (?1, ?2, ?3, ?4)",
                (const char *[]){kept[i].lesson, kept[i].step, kept[i].name, kept[i].value}, 4);
    execute(progress, "COMMIT", NULL, 0);
}

void progress_each_kept(struct progress *progress,
                        void (*each)(void *context, const struct progress_kept *), void *context) {
    if (!progress->writable) return;
    sqlite3_stmt *statement =
        prepare(progress, "SELECT lesson, step, name, value FROM kept", NULL, 0);
    while (next_row(progress, statement)) {
        struct progress_kept kept = {column(statement, 0), column(statement, 1),
                                     column(statement, 2), column(statement, 3)};
        each(context, &kept);
    }
}

bool progress_forget(struct progress *progress) {
    if (!progress->writable) return false;
    static const char sql[] = "BEGIN IMMEDIATE; DELETE FROM place; DELETE FROM done;"
                              " DELETE FROM prediction; DELETE FROM kept; COMMIT; VACUUM;";
    if (!progress->writable) return false;
    if (sqlite3_exec(progress->database, sql, NULL, NULL, NULL) == SQLITE_OK) return true;
    give_up(progress);
    return false;
}

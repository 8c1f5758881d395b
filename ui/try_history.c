/* try_history - see try_history.h. */
#include "ui/try_history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/files.h"

enum { BLOCK_MOST = 4096, FILE_MOST = 16 << 20 }; /* bytes */

void try_history_open(struct try_history *history) {
    char folder[TRY_HISTORY_PATH];
    if (!files_state_path(history->path, sizeof history->path, "history")) {
        *history->path = '\0';
        return;
    }
    strcpy(folder, history->path);
    *strrchr(folder, '/') = '\0';
    if (!files_make_folders(folder, 0700)) *history->path = '\0';
}

/* ---- a block as a line ----------------------------------------------------------------------- */

/* Writes the line of a block, its newline with it; returns its end. `line` has room for twice the
 * block, and the newline. */
static char *put_line(char *line, const char *block) {
    for (; *block; block++) {
        if (*block == '\n' || *block == '\\') *line++ = '\\';
        *line++ = *block == '\n' ? 'n' : *block;
    }
    *line++ = '\n';
    return line;
}

/* Makes a line, without its newline, a block again. */
static void unfold(char *line) {
    char *to = line;
    for (const char *from = line; *from; from++) {
        bool escaped = *from == '\\' && from[1];
        if (escaped) from++;
        *to++ = escaped && *from == 'n' ? '\n' : *from;
    }
    *to = '\0';
}

void try_history_add(const struct try_history *history, const char *block) {
    char line[2 * BLOCK_MOST + 1];
    if (!*history->path || strlen(block) > BLOCK_MOST) return;
    int file = open(history->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (file < 0) return;
    size_t length = (size_t)(put_line(line, block) - line);
    ssize_t written = write(file, line, length); /* at once: another session adds lines too */
    (void)written;                               /* a full disk costs this line */
    close(file);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* NULL where there is no file, or one that is no history; that one is not written to either. */
static char *read_file(struct try_history *history) {
    char why[256];
    struct stat there;
    if (!*history->path) return NULL;
    bool exists = stat(history->path, &there) == 0;
    if (!exists && errno == ENOENT) return NULL;
    bool readable = exists && S_ISREG(there.st_mode);
    char *text = readable ? files_read(history->path, FILE_MOST, why, sizeof why) : NULL;
    if (!text) *history->path = '\0';
    return text;
}

/* The last TRY_HISTORY_MOST lines of a text. */
static char *last_lines(char *text) {
    char *start = text + strlen(text);
    for (size_t lines = 0; start > text; start--)
        if (start[-1] == '\n' && lines++ == TRY_HISTORY_MOST) break;
    return start;
}

static void cut_file(const struct try_history *history, const char *kept) {
    struct files_draft draft;
    if (!files_begin(&draft, history->path, true)) return;
    if (fchmod(fileno(draft.file), 0600) == 0 && fputs(kept, draft.file) >= 0)
        files_finish(&draft);
    else
        files_abandon(&draft);
}

void try_history_read(struct try_history *history, void (*take)(void *context, const char *block),
                      void *context) {
    char *text = read_file(history);
    if (!text) return;
    char *line = last_lines(text);
    if (line != text) cut_file(history, line);
    while (*line) {
        char *end = line + strcspn(line, "\n");
        char *next = *end ? end + 1 : end;
        *end = '\0';
        unfold(line);
        if (*line) take(context, line);
        line = next;
    }
    free(text);
}

/* files - see files.h. */
#include "ui/files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading ------------------------------------------------------------------------------ */

/* Reads to the end of the stream, or to one byte more than `most`. NULL: errno says why. */
static char *read_stream(FILE *file, size_t most, size_t *length) {
    size_t size = 4096;
    char *text = malloc(size);
    *length = 0;
    while (text) {
        *length += fread(text + *length, 1, size - 1 - *length, file);
        if (ferror(file)) {
            int reason = errno;
            free(text);
            errno = reason;
            return NULL;
        }
        if (*length < size - 1 || *length > most) break;
        size *= 2;
        char *larger = realloc(text, size);
        if (!larger) free(text);
        text = larger;
    }
    if (text) text[*length] = '\0';
    return text;
}

char *files_read(const char *path, size_t most, char *why, size_t size) {
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rb");
    size_t length = 0;
    char *text = file ? read_stream(file, most, &length) : NULL;
    if (!text) snprintf(why, size, "%s", strerror(errno));
    if (file && !standard) fclose(file);
    if (text && length > most)
        snprintf(why, size, "longer than %zu bytes", most);
    else if (text && strlen(text) != length)
        snprintf(why, size, "not a text: it has a NUL byte");
    else
        return text;
    free(text);
    return NULL;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* A name in the same folder, so that rename() stays within one file system. */
static char *name_beside(const char *path) {
    static const char ending[] = ".XXXXXX";
    size_t length = strlen(path);
    char *beside = malloc(length + sizeof ending);
    if (!beside) return NULL;
    memcpy(beside, path, length);
    memcpy(beside + length, ending, sizeof ending);
    return beside;
}

/* What open() would have given a new file: mkstemp gives 0600. */
static mode_t usual_mode(void) {
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static bool open_beside(struct files_draft *draft) {
    int descriptor = mkstemp(draft->beside);
    if (descriptor < 0) return false;
    draft->file = fchmod(descriptor, usual_mode()) == 0 ? fdopen(descriptor, "wb") : NULL;
    if (draft->file) return true;
    int reason = errno;
    close(descriptor);
    unlink(draft->beside);
    errno = reason;
    return false;
}

/* Ctrl-C, a closing terminal and kill wait until the draft is in its place or gone. */
static void hold_signals(struct files_draft *draft) {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    draft->held = pthread_sigmask(SIG_BLOCK, &ending, &draft->before) == 0;
}

static void release_signals(struct files_draft *draft) {
    if (draft->held) pthread_sigmask(SIG_SETMASK, &draft->before, NULL);
    draft->held = false;
}

/* A pipe or device is written to as it is: renaming over it would destroy it. */
static bool open_device(struct files_draft *draft, const char *path) {
    draft->file = fopen(path, "wb");
    return draft->file != NULL;
}

bool files_begin(struct files_draft *draft, const char *path, bool replace) {
    struct stat there;
    *draft = (struct files_draft){0};
    bool exists = stat(path, &there) == 0;
    if (exists && S_ISDIR(there.st_mode)) return errno = EISDIR, false;
    if (exists && !S_ISREG(there.st_mode)) return open_device(draft, path);
    if (exists && !replace) return errno = EEXIST, false;
    draft->path = exists ? realpath(path, NULL) : strdup(path); /* a link stays a link */
    if (draft->path) draft->beside = name_beside(draft->path);
    draft->replace = replace;
    hold_signals(draft);
    if (draft->path && draft->beside && open_beside(draft)) return true;
    int reason = errno;
    draft->file = NULL;
    files_abandon(draft);
    errno = reason;
    return false;
}

/* Not everything that can be written to can be synchronised. */
static bool settle(FILE *file) {
    if (ferror(file) || fflush(file) != 0) return false;
    return fsync(fileno(file)) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
}

/* A link does not replace what came to stand there meanwhile; where there are no links, a rename
 * must do. */
static bool put_in_place(const struct files_draft *draft) {
    if (!draft->replace) {
        if (link(draft->beside, draft->path) == 0) return unlink(draft->beside) == 0;
        if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS) return false;
    }
    return rename(draft->beside, draft->path) == 0;
}

bool files_finish(struct files_draft *draft) {
    bool written = settle(draft->file);
    int reason = errno;
    if (fclose(draft->file) != 0 && written) {
        written = false;
        reason = errno;
    }
    draft->file = NULL;
    if (written && draft->path && !put_in_place(draft)) {
        written = false;
        reason = errno;
    }
    if (!written && draft->beside) unlink(draft->beside);
    files_abandon(draft);
    errno = reason;
    return written;
}

void files_abandon(struct files_draft *draft) {
    if (draft->file) {
        fclose(draft->file);
        if (draft->beside) unlink(draft->beside);
    }
    free(draft->path);
    free(draft->beside);
    release_signals(draft);
    *draft = (struct files_draft){0};
}

bool files_make_folders(const char *path, mode_t mode) {
    char *whole = strdup(path);
    if (!whole) return false;
    bool made = true;
    for (char *slash = whole + 1; made; slash++) {
        if (*slash != '/' && *slash != '\0') continue;
        char kept = *slash;
        *slash = '\0';
        struct stat there;
        made = mkdir(whole, mode) == 0 || (errno == EEXIST && stat(whole, &there) == 0 &&
                                           (S_ISDIR(there.st_mode) || (errno = ENOTDIR, false)));
        *slash = kept;
        if (!kept) break;
    }
    int reason = errno;
    free(whole);
    errno = reason;
    return made;
}

/* XDG Base Directory: a relative path in a variable is to be ignored. */
bool files_state_path(char *path, size_t size, const char *name) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (state && *state == '/')
        length = snprintf(path, size, "%s/daybook/%s", state, name);
    else if (home && *home == '/')
        length = snprintf(path, size, "%s/.local/state/daybook/%s", home, name);
    return length > 0 && (size_t)length < size;
}

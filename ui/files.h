/* files - whole files in, whole files out.
 *
 * Reading takes a listing from a file or standard input. Writing goes to a file beside the one
 * meant, which is renamed over it only when everything is on the disk: whoever looks sees the old
 * file or the new one, never half of one. */
#ifndef UI_FILES_H
#define UI_FILES_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

enum { FILES_LISTING_MOST = 4 << 20 }; /* bytes a listing may have */

/* Reads a whole file ("-": standard input) as NUL-terminated text; free() it. NULL with the reason
 * in `why`: it cannot be read, is longer than `most` bytes, or has a NUL byte in it. */
char *files_read(const char *path, size_t most, char *why, size_t size);

/* A file being written. Zero it, or files_begin it, before files_abandon. */
struct files_draft {
    FILE *file;
    char *path;      /* where it shall be; NULL for a pipe or device, which is written at once */
    char *beside;    /* where it is until then */
    bool replace;    /* what stands there by then */
    bool held;       /* signals that would end the program wait, so that nothing stays beside */
    sigset_t before; /* the mask to go back to */
};

/* Begins a draft of path. With replace false a file that exists, now or when the draft is finished,
 * is refused (EEXIST). False with errno set. */
bool files_begin(struct files_draft *draft, const char *path, bool replace);

/* Puts the draft in its place. False with errno set; the draft is then abandoned. */
bool files_finish(struct files_draft *draft);

/* Throws the draft away; a finished one is left alone. */
void files_abandon(struct files_draft *draft);

/* Makes a folder and those above it, all with this mode. An existing one is fine and stays as it
 * is. False with errno set. */
bool files_make_folders(const char *path, mode_t mode);

/* Writes the path of a file that outlives the program: $XDG_STATE_HOME/daybook/NAME, or
 * ~/.local/state/daybook/NAME. False where there is neither, or no room. */
bool files_state_path(char *path, size_t size, const char *name);

#endif

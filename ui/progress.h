/* progress - where the learner is, kept in a small SQLite file.
 *
 *     $XDG_STATE_HOME/daybook/progress.db, or ~/.local/state/daybook/progress.db
 *
 * Nothing a lesson needs is in it. A place that cannot be used - no home, read-only, locked, not
 * a database, somebody else's database, a newer daybook's - costs one warning and the progress,
 * never the lesson, and the file there is left as it is. An older daybook's file is upgraded when
 * it is opened with PROGRESS_KEEP. The functions therefore do not fail: a struct progress without a
 * file answers "nothing yet" and forgets what it is told.
 *
 * Order of calls: progress_open, progress_warning, then the rest as wanted, progress_close.
 * For one thread. */
#ifndef UI_PROGRESS_H
#define UI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress;

enum progress_mode {
    PROGRESS_READ, /* creates nothing: no file is no progress, and no warning */
    PROGRESS_KEEP  /* creates folders and file where there are none */
};

/* Opens the file named above. NULL only when there is no memory. */
struct progress *progress_open(enum progress_mode mode);
/* The same for a file of the caller's choice. */
struct progress *progress_open_at(const char *path, enum progress_mode mode);
void progress_close(struct progress *progress);

/* Why progress is not kept, as "what: why"; NULL while all is well. It may also come later, when
 * the disk is full; ask again before leaving. Lives until progress_close. */
const char *progress_warning(const struct progress *progress);

/* True when there is a file that is read from. */
bool progress_is_kept(const struct progress *progress);

/* Where it is; "" when there is no such place. */
const char *progress_path(const struct progress *progress);

/* ---- where I was ----------------------------------------------------------------------- */

enum { PROGRESS_NAME = 64 };

struct progress_place {
    char lesson[PROGRESS_NAME], step[PROGRESS_NAME]; /* slugs; "" for none */
};

/* False when the learner has been nowhere yet. The slugs may be unknown to this daybook. */
bool progress_place(struct progress *progress, struct progress_place *place);
void progress_visit(struct progress *progress, const char *lesson, const char *step);

/* ---- what is done ---------------------------------------------------------------------- */

void progress_mark_done(struct progress *progress, const char *lesson, const char *step);
bool progress_is_done(struct progress *progress, const char *lesson, const char *step);

/* Gives every step that is done to `each`, in one query; the strings live for that call only. */
void progress_each_done(struct progress *progress,
                        void (*each)(void *context, const char *lesson, const char *step),
                        void *context);

/* ---- predictions ------------------------------------------------------------------------ */

/* An answered prediction: what was asked, what the learner said, what the run measured. */
struct progress_prediction {
    const char *lesson, *step;
    const char *question; /* as it was asked, with the knobs' values in it */
    const char *answered;
    const char *measured;
    bool met;
};

void progress_predict(struct progress *progress, const struct progress_prediction *prediction);

/* Gives every prediction to `each`, the oldest first; the strings live for that call only. */
void progress_each_prediction(struct progress *progress,
                              void (*each)(void *context, const struct progress_prediction *),
                              void *context);

/* How many were made and how many of them met what was measured; the last answer to each step's
 * question counts. */
void progress_count(struct progress *progress, size_t *made, size_t *met);

/* ---- what lies open -------------------------------------------------------------------- */

/* A knob that was turned, a listing that was edited, how far a note was read: what a reader finds
 * again where it left off. What the names mean is the reader's own. */
struct progress_kept {
    const char *lesson, *step;
    const char *name, *value;
};

/* Takes these for all that was kept before, or none of them. */
void progress_keep(struct progress *progress, const struct progress_kept *kept, size_t count);

/* Gives all that is kept to `each`; the strings live for that call only. Nothing of a file that
 * cannot be written. */
void progress_each_kept(struct progress *progress,
                        void (*each)(void *context, const struct progress_kept *), void *context);

/* Forgets everything that a file opened with PROGRESS_KEEP holds. False when that could not be
 * done; progress_warning says why. */
bool progress_forget(struct progress *progress);

#endif

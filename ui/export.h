/* export - notes as files: what each format of `daybook export` does.
 *
 * A format stands in a file of its own (export_md.c, ...) as one constant `struct export_format`;
 * command_export.c has the table of them, chooses among them and writes what they give. */
#ifndef UI_EXPORT_H
#define UI_EXPORT_H

#include "ui/command.h"
#include "ui/outcome.h"
#include "ui/progress.h"

/* What stood behind the measured numbers. No time of day: two exports differ in what they measured
 * alone. */
struct export_origin {
    const char *sqlite, *libuv; /* their versions; daybook's own is DAYBOOK_VERSION */
    const char *system;         /* "Linux 6.8.0 x86_64" */
    unsigned processors;        /* online */
    uint64_t seed;
};

/* What one file shall hold. */
struct export_page {
    const struct choice *choices; /* lessons, or single steps of them; at least one */
    size_t count;
    bool measured;               /* run the demos and put their figures and claims in */
    bool ascii;                  /* for the formats that care */
    const char *index;           /* the name of the folder's index; NULL where there is none */
    struct export_origin origin; /* where measured */
    const struct progress_prediction *predicted; /* the learner's own, the oldest first */
    size_t predicted_count;
    int worst; /* exit code of the worst run so far */
};

/* A file of a folder, as its index names it. */
enum { EXPORT_NAME = 160 };
struct export_entry {
    char name[EXPORT_NAME]; /* "day9_n_plus_one.md" */
    struct choice choice;   /* what it holds */
};

struct export_format {
    const char *name; /* "md": the argument of -f, and how file names end */
    /* Adds the whole file. False when there is no memory. */
    bool (*write)(struct text *out, struct export_page *page);
    /* Adds the whole index of a folder's files. False when there is no memory. */
    bool (*write_index)(struct text *out, const struct export_entry *entries, size_t count);
};

/* What a page of several lessons, and an index, are called. */
#define EXPORT_TITLE "daybook: Django from the inside"

extern const struct export_format export_md, export_txt, export_html, export_json;

/* ---- folders (export_folder.c) -------------------------------------------------------------- */

/* What the file of a lesson or of a step is called in a folder. */
void export_name(char name[EXPORT_NAME], const struct export_format *format,
                 const struct choice *choice);

/* "FOLDER/NAME"; NULL when there is no memory. */
const char *export_path(struct arena *arena, const char *folder, const char *name);

/* Adds the index of what stands in the folder, from earlier exports too, in the order of the notes.
 * False when there is no memory. */
bool export_index(struct text *out, const struct export_format *format, const char *folder);

/* ---- pages ---------------------------------------------------------------------------------- */

/* Runs a step for the page and notes in it how that ended. NULL when there is no memory. Only for
 * steps that have a run; outcome_close it. */
struct outcome *export_measure(struct export_page *page, const struct lesson *lesson,
                               const struct step *step);

/* Finds out the origin and what the learner predicted, for a page that is measured. A progress that
 * cannot be read costs a warning. False when there is no memory. */
bool export_gather(struct export_page *page, uint64_t seed, struct arena *arena);

/* "daybook 0.1.0, SQLite 3.45.1, ...; seed 1": NULL when there is no memory. */
const char *export_origin_words(const struct export_origin *origin, struct arena *arena);

/* The learner's last answer to the step's question; NULL for none. */
const struct progress_prediction *export_predicted(const struct export_page *page,
                                                   const struct lesson *lesson,
                                                   const struct step *step);

#endif

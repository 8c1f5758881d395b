/* export - notes as files: what each format of `daybook export` does.
 *
 * A format stands in a file of its own (export_md.c, ...) as one constant `struct export_format`;
 * command_export.c has the table of them, chooses among them and writes what they give. */
#ifndef UI_EXPORT_H
#define UI_EXPORT_H

#include "ui/command.h"
#include "ui/outcome.h"

/* What one file shall hold. */
struct export_page {
    const struct choice *choices; /* lessons, or single steps of them; at least one */
    size_t count;
    bool measured; /* run the demos and put their figures and claims in */
    bool ascii;    /* for the formats that care */
    int worst;     /* exit code of the worst run so far */
};

struct export_format {
    const char *name; /* "md": the argument of -f, and how file names end */
    /* Adds the whole file. False when there is no memory. */
    bool (*write)(struct text *out, struct export_page *page);
};

extern const struct export_format export_md, export_txt, export_html, export_json;

/* Runs a step for the page and notes in it how that ended. NULL when there is no memory. Only for
 * steps that have a run; outcome_close it. */
struct outcome *export_measure(struct export_page *page, const struct lesson *lesson,
                               const struct step *step);

#endif

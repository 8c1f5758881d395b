/* data - the notes, listings, schema and pages compiled into the binary (see embed.c). */
#ifndef DATA_DATA_H
#define DATA_DATA_H

#include <stddef.h>

struct data_file {
    const char *path; /* below data/: "notes/day1_lifecycle.md" */
    const char *text; /* NUL-terminated */
    size_t length;    /* without the NUL */
};

extern const struct data_file data_files[]; /* sorted by path */
extern const size_t data_file_count;

/* NULL when there is no such file. */
const struct data_file *data_find(const char *path);

#endif

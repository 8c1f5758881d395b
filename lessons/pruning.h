/* pruning - which partitions a query reads: the part of a planner that SQLite does not have.
 *
 * PostgreSQL drops a partition while planning when the WHERE compares the bare partition key with
 * constants, ANDed at the top. This reads the SQL that the ORM wrote for one such table and finds
 * the bounds that it sets on the key; whatever it cannot read (OR, NOT, a function around the key)
 * bounds nothing, as there. */
#ifndef LESSONS_PRUNING_H
#define LESSONS_PRUNING_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/value.h"

/* Bounds on the key as texts that compare like dates; NULL: none on that side. Borrowed from the
 * parameters. */
struct pruning {
    const char *from;  /* rows before this are ruled out */
    const char *until; /* rows from this on are; one after it, when `including` */
    bool including;    /* `until` itself may still be read */
};

/* Reads the bounds that sql sets on key, written as it stands there ("blog_event"."happened_at"),
 * with %s placeholders that stand for the parameters in order. */
struct pruning pruning_read(const char *sql, const char *key, const struct value *parameters,
                            size_t count);

/* True when rows of the key range [first, next) may be asked for. */
bool pruning_reads(const struct pruning *pruning, const char *first, const char *next);

#endif

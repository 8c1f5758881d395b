/* blog_fixture - a blog full of plausible rows, made in memory in a few milliseconds.
 *
 * The same size and seed give the same rows, to the byte. Nothing of the making is recorded on the
 * tape: a lesson counts only what its listing asks for. */
#ifndef LESSONS_BLOG_FIXTURE_H
#define LESSONS_BLOG_FIXTURE_H

#include "engine/orm/database.h"

/* How many rows of each, and what they look like. Negative numbers count as 0; articles need an
 * author, authors a profile, profiles a company: where there are too few, one more is made. */
struct blog_size {
    int64_t companies, profiles, authors, tags, articles, events;
    int64_t tags_most; /* an article has 0 to this many, evenly spread */
    int64_t width;     /* bytes of text added to each author, profile and company */
    bool even;         /* articles are dealt out to authors in turn, not by lot */
    bool nullable;     /* Profile.company and Author.profile may be NULL, and some are */
    uint64_t seed;
};

/* 5 companies, 42 profiles, 40 authors, 60 tags, 1,000 articles with 0 to 6 tags, 832 events. */
extern const struct blog_size blog_size_usual;

/* Opens a database in memory and fills it. NULL with runtime->fault raised: out of memory, or
 * cancelled. Close it with database_close. */
struct database *blog_open(struct runtime *runtime, const struct blog_size *size);

#endif

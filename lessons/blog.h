/* blog - the models of days 7 to 9.
 *
 *     Company <-- Profile <-1:1-- Author <-- Article <--> Tag          Event
 *
 * Two registries of the same six models (and the table between articles and tags): in `blog`
 * every key is NOT NULL; in `blog_nullable` Profile.company and Author.profile may be NULL, which
 * turns their joins into LEFT OUTER JOINs.
 *
 * In Django this would be blog/models.py. */
#ifndef LESSONS_BLOG_H
#define LESSONS_BLOG_H

#include "engine/orm/model.h"

extern const struct registry blog, blog_nullable;

#endif

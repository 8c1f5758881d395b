/* level - a list of routes made ready for walking. Inner header of engine/urls.
 *
 *     level of urlpatterns
 *       entries[0]  "about/"   route
 *       entries[1]  "blog/"    route, inner ---> level
 *       entries[2]  "contact"  route               entries[0]  ""  route
 *
 * The literal beginning of each route stands in the entry itself, so that a long flat list is
 * turned down in one sweep through memory.
 *
 * level.c makes levels, resolver.c and index.c walk them, match.c says what was found, and
 * candidates.c flattens them for reverse.c. */
#ifndef ENGINE_URLS_LEVEL_H
#define ENGINE_URLS_LEVEL_H

#include "engine/urls/resolver.h"

/* Includes nested deeper than this are NotSupported. */
enum { LEVELS_MOST = 32 };

struct level;

struct entry {
    const char *literal;       /* every match begins with these `length` bytes */
    size_t length;             /* 0 where the entry has something wrong with it */
    const struct route *route; /* NULL: the item of the list is no route */
    const struct level *inner; /* of an include */
};

struct level {
    struct value list; /* what it was made of */
    struct entry *entries;
    size_t count;
    const char *complaint; /* not NULL: there is no list, and Django says this of it */
    struct level *next;    /* another level of the same resolver */
};

struct candidates;

struct resolver {
    const struct level *root;
    const struct level *levels;    /* all of them, in a row */
    struct candidates *candidates; /* what reverse() has prepared so far */
};

/* Makes a list ready, with all that it includes; *levels are all of them. NULL: fault. */
const struct level *level_new(struct runtime *, struct value list, const struct level **levels);

/* True while the list holds the routes that the level was made of. */
bool level_is_current(const struct level *);

/* Raises what Django raises when it comes to look into this list. */
bool level_check(struct runtime *, const struct level *);

/* The same for one entry: an item that is no route lacks the `attribute` Django asks it for; a
 * route that names a parameter twice does not compile. */
bool level_check_entry(struct runtime *, const struct level *, size_t index, const char *attribute);

/* One matched route of a walk: the leaf, or an include on the way to it. */
struct step {
    const struct route *route;
    const char *path;         /* what it was matched against */
    const struct span *spans; /* what its parameters took of that */
    const struct step *outer; /* the include around it */
};

/* True when every captured text can become a Python value. */
bool step_fits(const struct step *);

/* Builds what resolve() answers from the leaf of a walk. False: fault. */
bool match_build(struct runtime *, const struct step *leaf, struct route_match *match);

#endif
